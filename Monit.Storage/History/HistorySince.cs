using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Monit.Storage.Sql;

namespace Monit.Storage.History;

/// <summary>Since when this installation keeps a history, and which results it takes.</summary>
public static class HistorySince
{
    /// <summary>The setting in SQL that the migration has written.</summary>
    private const string Key = "history.since";

    /// <summary>Results that come three days late are not taken, tenths of a second: a clock was wrong.</summary>
    public const long Longest = 3 * Day;

    /// <summary>Nor those from more than an hour ahead, which a clock that was wrong has left.</summary>
    public const long Ahead = Day / 24;

    private const long Day = 864_000;

    public static async Task<DateTimeOffset> ReadAsync(MonitDb db, CancellationToken ct) =>
        DateTimeOffset.Parse(await db.Settings.Where(s => s.Key == Key).Select(s => s.Value).SingleAsync(ct), CultureInfo.InvariantCulture);
}
