using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Monit.Storage.Sql;

namespace Monit.Storage.History;

/// <summary>A row of <c>result_days</c>, <c>result_day_summaries</c> or <c>result_months</c>.</summary>
internal readonly record struct TallyRow(DateOnly Day, Guid MonitorId, int Checks, int Failed, byte[] Latency);

/// <summary>Writes such rows, in the caller's transaction.</summary>
internal static class TallyRows
{
    /// <summary>
    /// In place of those that are there, unless these have more checks: results are never taken back, so whoever counts fewer of them
    /// lacks some whose chunks are gone.
    /// </summary>
    /// <param name="time">The column of the key beside the monitor.</param>
    /// <returns>The number of rows written.</returns>
    public static async Task<int> WriteAsync(MonitDb db, string table, string time, IReadOnlyList<TallyRow> rows, CancellationToken ct)
    {
        if (rows.Count == 0)
            return 0;
        var (sql, values) = (new StringBuilder($"INSERT INTO {table} AS old ({time}, monitor_id, checks, failed, latency) VALUES "), new List<object>(5 * rows.Count));
        foreach (var row in rows)
        {
            sql.Append(values.Count == 0 ? "(" : ", (").AppendJoin(", ", Enumerable.Range(values.Count, 5).Select(n => $"{{{n}}}")).Append(')');
            values.AddRange([row.Day, row.MonitorId, row.Checks, row.Failed, row.Latency]);
        }
        sql.Append(CultureInfo.InvariantCulture, $"""
             ON CONFLICT ({time}, monitor_id) DO UPDATE SET checks = excluded.checks, failed = excluded.failed, latency = excluded.latency
            WHERE old.checks <= excluded.checks
            """);
        return await db.Database.ExecuteSqlRawAsync(sql.ToString(), values, ct);
    }
}
