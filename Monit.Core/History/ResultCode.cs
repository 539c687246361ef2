using Monit.Core.Checks;

namespace Monit.Core.History;

/// <summary>
/// The result of a check in one byte: the latency of one that was up (<see cref="LatencyCode"/>), or what else it was. The numbers are
/// stored. Of a failure only its class is kept: what was rare is <see cref="Failed"/>.
/// </summary>
public static class ResultCode
{
    public const byte Failed = 244;
    public const byte Timeout = 245;
    public const byte DnsFailure = 246;
    public const byte NetworkError = 247;
    public const byte TlsError = 248;
    public const byte UnexpectedStatus = 249;
    public const byte AssertionFailed = 250;
    public const byte LatencyExceeded = 251;

    /// <summary>Counts as up; without its latency.</summary>
    public const byte Degraded = 254;

    /// <summary>Monit could not judge: nothing is known of that time.</summary>
    public const byte NotJudged = 255;

    public static byte Of(in Verdict verdict) => verdict switch
    {
        { Success: true } => LatencyCode.Of(verdict.LatencyMs ?? 0),
        { Kind: FailureKind.NotJudged } => NotJudged,
        { IsDegraded: true } => Degraded,
        _ => verdict.Reason switch
        {
            FailureReason.Timeout => Timeout,
            FailureReason.DnsFailure => DnsFailure,
            FailureReason.NetworkError => NetworkError,
            FailureReason.TlsError => TlsError,
            FailureReason.UnexpectedStatus => UnexpectedStatus,
            FailureReason.AssertionFailed => AssertionFailed,
            FailureReason.LatencyExceeded => LatencyExceeded,
            _ => Failed,
        },
    };

    public static bool IsUp(byte code) => code < LatencyCode.Count;

    public static bool IsFailure(byte code) => code is >= Failed and < Degraded;

    /// <summary>Null if it was up, degraded or not judged, or of a class that has no code.</summary>
    public static FailureReason? ReasonOf(byte code) => code switch
    {
        Timeout => FailureReason.Timeout,
        DnsFailure => FailureReason.DnsFailure,
        NetworkError => FailureReason.NetworkError,
        TlsError => FailureReason.TlsError,
        UnexpectedStatus => FailureReason.UnexpectedStatus,
        AssertionFailed => FailureReason.AssertionFailed,
        LatencyExceeded => FailureReason.LatencyExceeded,
        NotJudged => FailureReason.CheckError,
        _ => null,
    };
}
