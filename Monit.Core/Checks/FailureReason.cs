namespace Monit.Core.Checks;

/// <summary>Why a check failed.</summary>
public enum FailureReason
{
    /// <summary>The check exceeded the monitor's time-out.</summary>
    Timeout,
    /// <summary>The name could not be resolved, temporarily or permanently.</summary>
    DnsFailure,
    /// <summary>Connection refused or reset, host unreachable, or a response that is not HTTP.</summary>
    NetworkError,
    /// <summary>The connection timed out in the operating system.</summary>
    NetworkTimeout,
    /// <summary>The TLS handshake failed, or the certificate is invalid.</summary>
    TlsError,
    /// <summary>Not an absolute http or https URL.</summary>
    InvalidRequest,
    /// <summary>The address is private, loopback, link-local, multicast or a cloud metadata service.</summary>
    BlockedTarget,
    TooManyRedirects,
    UnexpectedStatus,
    LatencyExceeded,
}

/// <summary>The names of the reasons in Redis, SQL, the API and mails.</summary>
public static class FailureReasons
{
    private static readonly string[] Names =
    [
        "TIMEOUT", "DNS_FAILURE", "NETWORK_ERROR", "NETWORK_TIMEOUT", "TLS_ERROR", "INVALID_REQUEST",
        "BLOCKED_TARGET", "TOO_MANY_REDIRECTS", "UNEXPECTED_STATUS", "LATENCY_EXCEEDED",
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
