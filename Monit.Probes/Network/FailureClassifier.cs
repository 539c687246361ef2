using System.Net.Sockets;
using System.Security.Authentication;
using Monit.Core.Checks;

namespace Monit.Probes.Network;

/// <summary>Maps .NET exceptions to failure reasons.</summary>
internal static class FailureClassifier
{
    /// <summary>Null for an exception that no target can cause: a bug in Monit must not look like an outage.</summary>
    public static ProbeResult? Classify(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case BlockedTargetException:
                    return ProbeResult.Down(FailureReason.BlockedTarget, FailureKind.Definite);
                case AuthenticationException:
                    return ProbeResult.Down(FailureReason.TlsError, FailureKind.Definite);
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData }:
                    return ProbeResult.Down(FailureReason.DnsFailure, FailureKind.Terminal);
                case SocketException { SocketErrorCode: SocketError.TryAgain or SocketError.NoRecovery }:
                    return ProbeResult.Down(FailureReason.DnsFailure, FailureKind.Retryable);
                case SocketException { SocketErrorCode: SocketError.TimedOut }:
                    return ProbeResult.Down(FailureReason.NetworkTimeout, FailureKind.Retryable);
                case UriFormatException or NotSupportedException:
                    return ProbeResult.Down(FailureReason.InvalidRequest, FailureKind.Terminal);
            }
        }

        return failure is IOException or InvalidDataException or SocketException
            ? ProbeResult.Down(FailureReason.NetworkError, FailureKind.Retryable)
            : null;
    }
}
