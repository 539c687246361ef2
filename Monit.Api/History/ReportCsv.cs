using System.Buffers;
using System.Globalization;
using System.Text;

namespace Monit.Api.History;

/// <summary>
/// Writes a report as spreadsheets read it: RFC 4180, in UTF-8 with a byte order mark, without which some take it for something else. Text that they would take for a
/// formula gets an apostrophe in front, since names and URLs come from users.
/// </summary>
internal static class ReportCsv
{
    // With the wide forms that East Asian spreadsheets read as the narrow ones.
    private const string FormulaBegins = "=+-@\t\r\n＝＋－＠";

    private static readonly SearchValues<char> Special = SearchValues.Create(",;\"\r\n\t ");

    public static async Task WriteAsync(Stream body, IAsyncEnumerable<MonthResponse> rows, CancellationToken ct)
    {
        await using var text = new StreamWriter(body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        await text.WriteAsync(Line("monitor_id", "name", "url", "tags", "uptime", "down_sec", "incidents", "longest_sec", "mean_time_to_recovery_sec", "p95_ms"));
        await foreach (var row in rows.WithCancellation(ct))
            await text.WriteAsync(Line($"{row.MonitorId}", Safe(row.Name), Safe(row.Url), Safe(string.Join(", ", row.Tags)),
                Number(row.Uptime), Number(row.DownSec), Number(row.Incidents), Number(row.LongestSec), Number(row.MeanTimeToRecoverySec), Number(row.P95Ms)));
    }

    public static string Safe(string? text) => text?.TrimStart() is { Length: > 0 } seen && (FormulaBegins.Contains(seen[0]) || FormulaBegins.Contains(text[0])) ? $"'{text}" : text ?? "";

    private static string Number(IFormattable? number) => number?.ToString(null, CultureInfo.InvariantCulture) ?? "";

    private static string Line(params string[] fields) => string.Join(',', fields.Select(Quoted)) + "\r\n";

    private static string Quoted(string field) => field.AsSpan().IndexOfAny(Special) >= 0 ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
}
