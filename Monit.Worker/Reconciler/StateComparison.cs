using Microsoft.EntityFrameworkCore;
using Monit.Core.History;
using Monit.Core.Incidents;
using Monit.Storage.History;
using Monit.Storage.Resilience;
using Monit.Storage.Schedule;
using Monit.Storage.Sql;
using Monit.Worker.Telemetry;

namespace Monit.Worker.Reconciler;

/// <summary>
/// Compares what is kept of monitors for counting with what they are, a page at a time: with SQL whether they are paused, with Redis their states,
/// and at the end the counts with the states. A state that SQL does not know is noted in Redis as if it had just changed, provided it is
/// still the same: so there is one way in which it gets to SQL, and what changes meanwhile cannot be overwritten.
/// </summary>
internal sealed partial class StateComparison(
    IDbContextFactory<MonitDb> dbs,
    RedisSchedule schedule,
    RedisStates states,
    StateStore store,
    StoreResilience resilience,
    PipelineMetrics metrics,
    TimeProvider time,
    ILogger<StateComparison> logger)
{
    private const int PageSize = 1000;

    public async Task RunAsync(CancellationToken stop)
    {
        var (mended, noted, recounted) = (0, 0, 0);
        for (var last = Guid.Empty; ;)
        {
            var began = time.GetTimestamp();
            var page = await ReadPageAsync(last, stop);
            if (page.Count == 0)
                break;
            last = page[^1].Id;
            var wrong = page.Where(m => m.IsWrong).Select(m => m.Id).ToArray();
            if (wrong.Length > 0)
                mended += await store.MendAsync(wrong, stop);
            foreach (var shard in page.Where(m => m.Enabled).GroupBy(m => schedule.Keys.ShardOf(m.Id)))
                noted += await NoteAsync(shard.Key, [.. shard], stop);
            // As the sweep, in favour of the checks.
            if (page.Count == PageSize)
                await Task.Delay(TimeSpan.FromTicks(Math.Min(10 * time.GetElapsedTime(began).Ticks, TimeSpan.TicksPerSecond)), time, stop);
        }
        foreach (var user in await store.MiscountedAsync(stop))
            recounted += await store.RecountAsync(user, stop);
        metrics.StatesCorrected.Add(mended + noted);
        if (mended + noted + recounted > 0)
            LogCorrected(mended + noted, recounted);
    }

    private async Task<int> NoteAsync(int shard, List<Known> monitors, CancellationToken stop)
    {
        var seen = await states.ReadAsync(shard, monitors.ConvertAll(m => m.Id), stop);
        var wrong = monitors.Zip(seen).Where(pair => pair.First.StateNow != pair.Second.State)
            .Select(pair => new Restoration(pair.First.Id, pair.Second.Text, pair.Second.Incident, pair.Second.IsKnown)).ToList();
        return wrong.Count == 0 ? 0 : await schedule.RestoreAsync(shard, wrong, stop);
    }

    private Task<List<Known>> ReadPageAsync(Guid after, CancellationToken stop) => resilience.RunAsync(async ct =>
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.Monitors.Where(m => m.Id > after).OrderBy(m => m.Id).Take(PageSize).Select(m => new Known(
            m.Id, m.Enabled,
            db.KnownStates.Where(k => k.MonitorId == m.Id).Select(k => (CountedState?)k.State).FirstOrDefault(),
            db.MonitorSpans.Any(s => s.MonitorId == m.Id && s.Kind == SpanKind.Paused && s.ToTime == null))).ToListAsync(ct);
    }, stop);

    /// <param name="State">As SQL knows it; null if it does not.</param>
    /// <param name="IsPaused">By its spans.</param>
    private sealed record Known(Guid Id, bool Enabled, CountedState? State, bool IsPaused)
    {
        /// <summary>Whether it was created or switched by a process that keeps no books.</summary>
        public bool IsWrong => State is null || Enabled == (State == CountedState.Paused) || Enabled == IsPaused;

        /// <summary>After it has been mended.</summary>
        public CountedState? StateNow => State is null or CountedState.Paused ? CountedState.Pending : State;
    }

    [LoggerMessage(1, LogLevel.Information, "Corrected the counted states of {Monitors} monitors, and counted {Accounts} accounts anew")]
    private partial void LogCorrected(int monitors, int accounts);
}
