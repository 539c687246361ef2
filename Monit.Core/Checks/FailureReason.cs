namespace Monit.Core.Checks;

/// <summary>Why a check failed. The names are stored; the numbers are not.</summary>
public enum FailureReason : byte
{
    // Of every kind: FailureReasons.OfEveryKind.

    /// <summary>The check exceeded the monitor's time-out.</summary>
    Timeout,
    /// <summary>The name could not be resolved, temporarily or permanently.</summary>
    DnsFailure,
    /// <summary>Connection refused or reset, host unreachable, or a response that is not of the protocol.</summary>
    NetworkError,
    /// <summary>The connection timed out in the operating system.</summary>
    NetworkTimeout,
    /// <summary>The TLS handshake failed, or the certificate is invalid.</summary>
    TlsError,
    /// <summary>Not a URL that can be checked.</summary>
    InvalidRequest,
    /// <summary>The address is private, loopback, link-local, multicast or a cloud metadata service.</summary>
    BlockedTarget,
    LatencyExceeded,
    /// <summary>What the monitor asserts of the answer does not hold.</summary>
    AssertionFailed,
    /// <summary>A certificate of the chain expires before the days that the monitor asks for.</summary>
    CertificateExpiring,

    // Of one kind: its ICheckKind.Reasons.

    TooManyRedirects,
    UnexpectedStatus,

    // Of every kind.

    /// <summary>Monit itself could not carry out or judge the check: no incident, and no statement about the target.</summary>
    CheckError,
}

/// <summary>The names of the reasons in Redis, SQL, the API and mails.</summary>
public static class FailureReasons
{
    private static readonly string[] Names =
    [
        "TIMEOUT", "DNS_FAILURE", "NETWORK_ERROR", "NETWORK_TIMEOUT", "TLS_ERROR", "INVALID_REQUEST",
        "BLOCKED_TARGET", "LATENCY_EXCEEDED", "ASSERTION_FAILED", "CERTIFICATE_EXPIRING", "TOO_MANY_REDIRECTS", "UNEXPECTED_STATUS", "CHECK_ERROR",
    ];

    /// <summary>The reasons for which a check of any kind may fail; those of one kind are its <see cref="ICheckKind.Reasons"/>.</summary>
    public static IReadOnlyList<FailureReason> OfEveryKind { get; } =
    [
        FailureReason.Timeout, FailureReason.DnsFailure, FailureReason.NetworkError, FailureReason.NetworkTimeout,
        FailureReason.TlsError, FailureReason.InvalidRequest, FailureReason.BlockedTarget, FailureReason.LatencyExceeded,
        FailureReason.AssertionFailed, FailureReason.CertificateExpiring, FailureReason.CheckError,
    ];

    public static string ToWire(this FailureReason reason) => Names[(int)reason];

    /// <summary>The reason of that name; null for <c>-</c> and for unknown names.</summary>
    public static FailureReason? FromWire(ReadOnlySpan<char> name)
    {
        for (var i = 0; i < Names.Length; i++)
            if (name.SequenceEqual(Names[i]))
                return (FailureReason)i;
        return null;
    }
}
