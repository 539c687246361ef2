namespace Monit.Core.Checks.Assertions;

/// <summary>What an assertion looks at.</summary>
public enum AssertionSource : byte
{
    Status,
    Header,
    Body,
    Json,
    Latency,
    CertDays,
    DomainDays,
    DnsAnswer,
    DnsRcode,
    Ip,
    PacketLoss,
}

public enum AssertionOp : byte
{
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    Contains,
    NotContains,
    Matches,
    Exists,
    NotExists,
}

/// <summary>The names in the API, and which source goes with which operators.</summary>
internal static class AssertionWords
{
    private const string Comparing = "eq ne lt le gt ge in";
    private const string Texts = "eq ne in contains not_contains matches exists not_exists";

    public static readonly string[] Sources =
        ["status", "header", "body", "json", "latency", "cert.days", "domain.days", "dns.answer", "dns.rcode", "ip", "packet_loss"];

    public static readonly string[] Ops =
        ["eq", "ne", "lt", "le", "gt", "ge", "in", "contains", "not_contains", "matches", "exists", "not_exists"];

    public static readonly string[] Phases = ["dns", "connect", "tls", "first_byte", "transfer", "total"];

    // In the order of AssertionSource.
    private static readonly string[] OpsOfSource =
    [
        Comparing, "lt le gt ge " + Texts, "eq ne contains not_contains matches exists not_exists", "lt le gt ge " + Texts,
        Comparing, Comparing + " exists not_exists", Comparing + " exists not_exists", Texts, "eq ne in", "eq ne in contains matches", Comparing,
    ];

    public static string ToWire(this AssertionSource source) => Sources[(int)source];

    public static string ToWire(this AssertionOp op) => Ops[(int)op];

    public static IReadOnlyList<string> OpsOf(AssertionSource source) => OpsOfSource[(int)source].Split(' ');

    /// <summary>Whether it yields numbers only.</summary>
    public static bool IsNumber(this AssertionSource source) => source is AssertionSource.Status or AssertionSource.Latency
        or AssertionSource.CertDays or AssertionSource.DomainDays or AssertionSource.PacketLoss;

    public static bool HasValue(this AssertionOp op) => op < AssertionOp.Exists;

    public static bool IsOrder(this AssertionOp op) => op is >= AssertionOp.Lt and <= AssertionOp.Ge;
}
