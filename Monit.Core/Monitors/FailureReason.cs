namespace Monit.Core.Monitors;

/// <summary>Why a check failed.</summary>
public enum FailureReason
{
    /// <summary>The monitor's own time-out ran out.</summary>
    Timeout,
    /// <summary>The name could not be resolved, for now or at all.</summary>
    DnsFailure,
    /// <summary>Refused, reset, unreachable, or an answer that is not HTTP.</summary>
    NetworkError,
    /// <summary>The operating system gave the connection up.</summary>
    NetworkTimeout,
    /// <summary>Handshake or certificate.</summary>
    TlsError,
    /// <summary>Not an absolute http or https URL.</summary>
    InvalidRequest,
    /// <summary>The address is private, loopback, link-local, multicast or a cloud's metadata service.</summary>
    BlockedTarget,
    TooManyRedirects,
    UnexpectedStatus,
    LatencyExceeded,
}

/// <summary>The names that reasons have in Redis, SQL, the API and in mails.</summary>
public static class FailureReasons
{
    private static readonly string[] Names =
    [
        "TIMEOUT", "DNS_FAILURE", "NETWORK_ERROR", "NETWORK_TIMEOUT", "TLS_ERROR", "INVALID_REQUEST",
        "BLOCKED_TARGET", "TOO_MANY_REDIRECTS", "UNEXPECTED_STATUS", "LATENCY_EXCEEDED",
    ];

    public static string ToWire(this FailureReason reason) => Names[(int)reason];

    /// <summary>The reason of that name; none for <c>-</c> and for names this version does not know.</summary>
    public static FailureReason? FromWire(ReadOnlySpan<char> name)
    {
        for (var i = 0; i < Names.Length; i++)
            if (name.SequenceEqual(Names[i]))
                return (FailureReason)i;
        return null;
    }
}
