using System.Text.Json;
using System.Text.Json.Serialization;

namespace Monit.Core.Checks.Reports;

/// <summary>
/// What one check saw and what it means, for people: the answer of <c>POST /checks</c>, of <c>./monit check</c>, and the evidence of
/// an incident. Without secrets.
/// </summary>
/// <param name="State"><c>up</c>, <c>degraded</c> or <c>down</c>; <c>pending</c> if Monit could not judge.</param>
/// <param name="Success">Whether it counts as up.</param>
/// <param name="Headers">By name; the values of one that came several times are joined by commas.</param>
/// <param name="Body">The first 4 KiB of the decoded body, as text.</param>
public sealed record CheckReport(
    bool Success, string State, string? Reason, string? Detail, PhaseTimes PhasesMs, string? Ip, int? HttpStatus, string? HttpVersion,
    IReadOnlyDictionary<string, string>? Headers, string? Body, CertificateReport? Certificate, IReadOnlyList<AssertionReport> Assertions)
{
    /// <summary>The longest <see cref="Body"/>, in bytes of UTF-8.</summary>
    public const int MaxBody = 4 * 1024;

    /// <summary>When the check began; null where it is plain.</summary>
    public DateTimeOffset? At { get; init; }
}

/// <summary>In ms; null for what did not happen.</summary>
/// <param name="FirstByte">From the request to the first byte of the response.</param>
public sealed record PhaseTimes(double? Dns, double? Connect, double? Tls, double? FirstByte, double? Transfer, double Total);

/// <summary>The certificate that a TLS server showed.</summary>
/// <param name="NotAfter">Of the certificate itself.</param>
/// <param name="Days">Whole days until the first certificate of the chain expires; negative since it has.</param>
/// <param name="ChainError">Why it is refused, or would be if it were verified; null if it is good.</param>
public sealed record CertificateReport(string Subject, string Issuer, IReadOnlyList<string> Sans, DateTimeOffset NotAfter, int Days, string? ChainError);

/// <summary>An assertion as it was sent, with whether it holds and what came.</summary>
public sealed record AssertionReport(string Source, string? Property, string Op, JsonElement? Value, string Severity, bool Ok, string? Actual);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CheckReport))]
public sealed partial class ReportJson : JsonSerializerContext;
