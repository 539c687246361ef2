using System.Text;
using System.Text.Json;
using Monit.Core.Checks.Answers;
using Monit.Core.Checks.Assertions;
using Monit.Core.Checks.Settings;

namespace Monit.Core.Checks.Reports;

/// <summary>Makes reports of checks, without the secrets that they used.</summary>
internal static class Reporter
{
    private const int MaxHeaders = 100;
    private const int MaxHeader = 1000;

    /// <param name="at">When the check began.</param>
    /// <param name="mask">Of the monitor's settings.</param>
    public static CheckReport Of(in Observation seen, in Judgement judged, DateTimeOffset at, SecretMask mask)
    {
        var (verdict, answer) = (judged.Verdict, seen.Answer);
        return new CheckReport(
            verdict.Success || verdict.IsDegraded,
            verdict.Kind == FailureKind.NotJudged ? "pending" : verdict.IsDegraded ? "degraded" : verdict.Success ? "up" : "down",
            verdict.Reason?.ToWire(), verdict.Detail is { } detail ? mask.Apply(detail) : null, Times(seen), seen.Peer?.Address?.ToString(),
            seen.HttpStatus, answer?.HttpVersion, answer is null ? null : Headers(answer, mask), answer is null ? null : Body(answer, mask),
            seen.Peer?.Chain is { Certificates.Count: > 0 } chain ? CertificateReader.Read(chain, at) : null,
            [.. judged.Assertions.Select(result => Of(result, mask))]) { At = at };
    }

    private static PhaseTimes Times(in Observation seen)
    {
        var phases = seen.Phases;
        return new PhaseTimes(Ms(phases.Dns), Ms(phases.Connect), Ms(phases.Tls), Ms(phases.FirstByte), Ms(phases.Transfer), Math.Round(seen.Total.TotalMilliseconds, 3));

        static double? Ms(uint microseconds) => microseconds == 0 ? null : microseconds / 1000d;
    }

    private static Dictionary<string, string> Headers(Answer answer, SecretMask mask) => answer.Headers.Take(MaxHeaders)
        .GroupBy(header => header.Key.ToLowerInvariant())
        .ToDictionary(group => group.Key, group => Shortened(mask.Apply(string.Join(", ", group.Select(header => header.Value))), MaxHeader));

    // Also of a body that was not read to its end. Masked first: a secret must not be cut in two.
    private static string Body(Answer answer, SecretMask mask)
    {
        var body = SeenFacts.BodyOf(answer);
        var type = answer.Headers.FirstOrDefault(header => header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)).Value;
        var text = BodyText.ToText(BodyText.ToUtf8(body.Bytes, type).Span);
        return Shortened(body.Problem is null ? mask.Apply(text) : mask.ApplyToPart(text), CheckReport.MaxBody);
    }

    private static AssertionReport Of(in AssertionResult result, SecretMask mask)
    {
        var assertion = result.Assertion;
        return new AssertionReport(assertion.Source.ToWire(), assertion.Property, assertion.Op.ToWire(),
            assertion.Value.ValueKind == JsonValueKind.Undefined ? null : assertion.Value,
            assertion.Severity == Severity.Degraded ? "degraded" : "down", result.Ok, (result.Actual ?? result.Problem) is { } actual ? mask.Apply(actual) : null);
    }

    // To so many bytes of UTF-8, and no half of a character.
    private static string Shortened(string text, int bytes)
    {
        if (Encoding.UTF8.GetByteCount(text) <= bytes)
            return text;
        var encoded = new byte[bytes];
        Encoding.UTF8.GetEncoder().Convert(text, encoded, flush: false, out var chars, out _, out _);
        return text[..chars];
    }
}
