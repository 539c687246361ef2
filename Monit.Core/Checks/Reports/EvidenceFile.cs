using System.IO.Compression;
using System.Text.Json;

namespace Monit.Core.Checks.Reports;

/// <summary>
/// A report as it is kept with an incident: its JSON in UTF-8, compressed by Brotli. Other versions of Monit read it: one that lacks a
/// field, or has more of them, is read all the same.
/// </summary>
internal static class EvidenceFile
{
    /// <summary>The most bytes of a file.</summary>
    public const int MaxSize = 16 * 1024;

    /// <summary>The most bytes of the JSON within: what unfolds to more is none of ours.</summary>
    private const int MaxJson = 512 * 1024;

    // The lowest that compresses well enough: samples are made all the time, and few are ever read.
    private const int Quality = 1;
    private const int Window = 16;

    /// <summary>Leaves out what has no room: parts of the body, then of the headers, then what matters less to see why.</summary>
    public static byte[] Encode(CheckReport report)
    {
        foreach (var shorter in EverShorter(report))
            if (TryEncode(shorter) is { } file)
                return file;
        throw new InvalidOperationException("A report of nothing does not fit.");
    }

    /// <summary>Reads what <see cref="Encode"/> wrote, here or in another version; null if it is damaged.</summary>
    public static CheckReport? Decode(ReadOnlySpan<byte> file)
    {
        var json = new byte[MaxJson];
        if (!BrotliDecoder.TryDecompress(file, json, out var length))
            return null;
        try
        {
            return JsonSerializer.Deserialize(json.AsSpan(0, length), ReportJson.Default.CheckReport) is { } read ? Completed(read) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[]? TryEncode(CheckReport report)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(report, ReportJson.Default.CheckReport);
        var file = new byte[MaxSize];
        return json.Length <= MaxJson && BrotliEncoder.TryCompress(json, file, out var length, Quality, Window) ? file[..length] : null;
    }

    private static IEnumerable<CheckReport> EverShorter(CheckReport report)
    {
        yield return report;
        foreach (var length in (int[])[2048, 1024])
            yield return report = report with { Body = Cut(report.Body, length) };
        foreach (var length in (int[])[300, 80])
            yield return report = report with { Headers = report.Headers?.ToDictionary(header => header.Key, header => Cut(header.Value, length)!) };
        yield return report = report with { Headers = report.Headers?.Where(header => header.Key.Length <= 80).Take(30).ToDictionary() };
        yield return report = report with { Certificate = report.Certificate is { } shown ? shown with { Sans = [.. shown.Sans.Take(10)] } : null };
        yield return report = report with { Assertions = [.. report.Assertions.Select(one => one with { Value = null, Property = Cut(one.Property, 100), Actual = Cut(one.Actual, 100) })] };
        yield return report = report with { Body = null, Headers = null };
        yield return report with { Certificate = null, Assertions = [], Detail = Cut(report.Detail, 500) };
    }

    // At a whole character.
    private static string? Cut(string? text, int length) =>
        text is null || text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];

    // What an older version did not write.
    private static CheckReport Completed(CheckReport read) => read with
    {
        State = read.State ?? (read.Success ? "up" : "down"),
        PhasesMs = read.PhasesMs ?? new PhaseTimes(null, null, null, null, null, 0),
        Assertions = read.Assertions ?? [],
        Certificate = read.Certificate is { } certificate
            ? certificate with { Subject = certificate.Subject ?? "", Issuer = certificate.Issuer ?? "", Sans = certificate.Sans ?? [] } : null,
    };
}
