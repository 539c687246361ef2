using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Monit.Core.Checks;
using Monit.Probes.Network.Tls;

namespace Monit.Probes.Network;

/// <summary>Maps .NET exceptions to failure reasons.</summary>
internal static class FailureClassifier
{
    /// <summary>Null for an exception that no target can cause: a bug in Monit must not look like an outage.</summary>
    public static Failure? Classify(Exception failure)
    {
        // .NET's client wraps whatever happens while it connects, which may be a bug of Monit's.
        if (failure is HttpRequestException { HttpRequestError: not HttpRequestError.InvalidResponse, InnerException: { } inner })
            return Classify(inner);
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case BlockedTargetException:
                    return new Failure(FailureReason.BlockedTarget, FailureKind.Definite);
                case AuthenticationException:
                    return new Failure(FailureReason.TlsError, FailureKind.Definite, (cause as TlsException)?.Message);
                case NoAddressException:
                    return new Failure(FailureReason.DnsFailure, FailureKind.Terminal, cause.Message);
                case CryptographicException when CertificateText.Alert(cause) is { } alert:
                    return new Failure(FailureReason.TlsError, FailureKind.Definite, alert);
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData }:
                    return new Failure(FailureReason.DnsFailure, FailureKind.Terminal);
                case SocketException { SocketErrorCode: SocketError.TryAgain or SocketError.NoRecovery }:
                    return new Failure(FailureReason.DnsFailure, FailureKind.Retryable);
                case SocketException { SocketErrorCode: SocketError.TimedOut }:
                    return new Failure(FailureReason.NetworkTimeout, FailureKind.Retryable);
                case UriFormatException or NotSupportedException:
                    return new Failure(FailureReason.InvalidRequest, FailureKind.Terminal);
            }
        }

        return failure is IOException or InvalidDataException or SocketException or HttpRequestException
            ? new Failure(FailureReason.NetworkError, FailureKind.Retryable)
            : null;
    }
}
