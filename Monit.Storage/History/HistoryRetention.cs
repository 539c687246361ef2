using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Monit.Core.History;
using Monit.Storage.Resilience;
using Monit.Storage.Sql;

namespace Monit.Storage.History;

/// <summary>
/// Removes what is older than the settings say: on PostgreSQL by dropping partitions, elsewhere a few thousand rows at a time, with a rest after
/// each. What is not rolled up yet waits, but not for ever.
/// </summary>
/// <remarks>Call it when everything that is due is rolled up, or could not be.</remarks>
public sealed partial class HistoryRetention(
    IDbContextFactory<MonitDb> dbs, RollUps rollUps, IOptions<HistoryRetentionOptions> options, ILogger<HistoryRetention> logger)
{
    private const int BatchSize = 2000;
    private const int Tries = 5;

    /// <summary>Makes the partitions that are needed next, days before they are: while others use the tables it waits for another time.</summary>
    public async Task PrepareAsync(DateTimeOffset now, CancellationToken ct = default)
    {
        try
        {
            await using var db = await dbs.CreateDbContextAsync(ct);
            var today = RollUps.DayOf(now);
            for (var ahead = 0; ahead <= 2; ahead++)
                await db.EnsureChunkPartitionAsync(today.AddDays(ahead), ct);
            await db.EnsureDayPartitionsAsync(today, ct);
            await db.EnsureDayPartitionsAsync(today.AddMonths(1), ct);
        }
        catch (DbException busy) when (StoreResilience.IsStoreFailure(busy))
        {
            LogNotPrepared(busy.Message);
        }
    }

    /// <param name="rest">Called between two batches.</param>
    public async Task RunAsync(DateTimeOffset now, Func<CancellationToken, Task> rest, CancellationToken ct = default)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var (kept, first) = (options.Value, await rollUps.FirstAsync(db, now, ct));
        await RemoveAsync(db, "result_chunks", now, kept.Chunks, day => IsReadAsync(db, day, first, ct), rest, ct);
        await RemoveAsync(db, "result_days", now, kept.Days, day => IsSummedUpAsync(db, day, first, ct), rest, ct);
        await RemoveAsync(db, "result_day_summaries", now, kept.DaySummaries, _ => Task.FromResult(true), rest, ct);
        var marks = RollUps.DayOf(now - kept.DaySummaries);
        await db.RollUps.Where(r => r.Day < marks && r.Slice >= 0).ExecuteDeleteAsync(ct);
        await RemoveEvidenceAsync(db, now - kept.Evidence, rest, ct);
        await RemoveAttemptsAsync(db, now - kept.DeliveryLogs, rest, ct);
    }

    private async Task RemoveAsync(
        MonitDb db, string table, DateTimeOffset now, TimeSpan kept, Func<DateOnly, Task<bool>> isDone, Func<CancellationToken, Task> rest, CancellationToken ct)
    {
        foreach (var part in await db.PartsAsync(table, RollUps.DayOf(now - kept), ct))
        {
            var lost = !await isDone(part);
            if (lost && part >= RollUps.DayOf(now - 2 * kept))
                continue;
            var (removal, tries) = (PartRemoval.Busy, 0);
            while ((removal = await db.RemoveAsync(table, part, BatchSize, ct)) != PartRemoval.Done && (removal == PartRemoval.More || ++tries < Tries))
                await rest(ct);
            if (removal != PartRemoval.Done)
                LogBusy(table, part);
            else if (lost)
                LogLost(table, part);
        }
    }

    // Its chunks are read for the day after too.
    private static Task<bool> IsReadAsync(MonitDb db, DateOnly day, DateOnly first, CancellationToken ct) =>
        MonthRollUps.AreDoneAsync(db, day > first ? day : first, day.AddDays(2), ct);

    private static async Task<bool> IsSummedUpAsync(MonitDb db, DateOnly day, DateOnly first, CancellationToken ct)
    {
        var month = RollUps.MonthOf(day);
        return month < RollUps.MonthOf(first) || await db.RollUps.AnyAsync(r => r.Day == month && r.Slice == RollUp.Month, ct);
    }

    private static async Task RemoveEvidenceAsync(MonitDb db, DateTimeOffset before, Func<CancellationToken, Task> rest, CancellationToken ct)
    {
        while (await db.Evidence.Where(e => e.At < before).OrderBy(e => e.At).Select(e => e.IncidentId).Take(BatchSize).ToListAsync(ct) is { Count: > 0 } incidents)
        {
            await db.Evidence.Where(e => incidents.Contains(e.IncidentId) && e.At < before).ExecuteDeleteAsync(ct);
            await rest(ct);
        }
    }

    private static async Task RemoveAttemptsAsync(MonitDb db, DateTimeOffset before, Func<CancellationToken, Task> rest, CancellationToken ct)
    {
        // The ids begin with the time, which has no index of its own.
        var end = Guid.CreateVersion7(before);
        while (await db.AlertAttempts.Where(a => a.Id < end && a.StartedAt < before).OrderBy(a => a.Id).Select(a => a.Id).Take(BatchSize).ToListAsync(ct) is { Count: > 0 } ids)
        {
            await db.AlertAttempts.Where(a => ids.Contains(a.Id)).ExecuteDeleteAsync(ct);
            await rest(ct);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Table} cannot be freed of {Part}, which is too old: the table is in use; trying again in an hour")]
    private partial void LogBusy(string table, DateOnly part);

    [LoggerMessage(3, LogLevel.Warning, "Partitions of the history for the next days cannot be made yet; trying again in five minutes ({Reason})")]
    private partial void LogNotPrepared(string reason);

    [LoggerMessage(2, LogLevel.Error, "Removed {Part} of {Table}, which is twice as old as is kept, although it could not be rolled up: its checks are counted nowhere")]
    private partial void LogLost(string table, DateOnly part);
}
