using Microsoft.EntityFrameworkCore;
using Monit.Core.History;
using Monit.Core.Incidents;
using Monit.Storage.Resilience;
using Monit.Storage.Schedule;
using Monit.Storage.Sql;

namespace Monit.Storage.History;

/// <summary>
/// Keeps the known states of monitors, and the counts of them, as Redis says they are. Each call is a transaction of its own, and may be repeated.
/// </summary>
public sealed class StateStore(IDbContextFactory<MonitDb> dbs, StoreResilience resilience)
{
    private static readonly CountedState[] All = Enum.GetValues<CountedState>();

    /// <summary>Records changed states. Those of monitors that are paused or deleted, or of which nothing is known yet, are passed over.</summary>
    /// <returns>How many were recorded that were not known.</returns>
    public Task<int> RecordAsync(IEnumerable<StateChange> changes, CancellationToken ct = default)
    {
        // What a later version calls a state is left to it; paused is what SQL itself says.
        var states = new Dictionary<Guid, CountedState>();
        foreach (var change in changes.Where(c => Enum.IsDefined(c.State) && c.State != CountedState.Paused))
            states[change.Id] = change.State;
        return states.Count == 0 ? Task.FromResult(0) : InTransactionAsync((db, token) => RecordAsync(db, states, token), ct);
    }

    /// <summary>Corrects what the books say of monitors that were created or switched by a process that does not keep them.</summary>
    public Task<int> MendAsync(Guid[] ids, CancellationToken ct = default) => InTransactionAsync(async (db, token) =>
    {
        var monitors = await db.LockMonitors(ids).AsNoTracking().ToListAsync(token);
        await Bookkeeping.SwitchedAsync(db, monitors, m => m.UpdatedAt > m.CreatedAt ? m.UpdatedAt : m.CreatedAt, token);
        return monitors.Count;
    }, ct);

    /// <summary>The accounts whose counts are not those of their monitors' known states.</summary>
    public Task<List<Guid>> MiscountedAsync(CancellationToken ct = default) => resilience.RunAsync(async token =>
    {
        await using var db = await dbs.CreateDbContextAsync(token);
        // One statement, which sees no transaction half.
        return await db.KnownStates.GroupBy(k => new { k.UserId, k.State }).Select(g => new { g.Key.UserId, g.Key.State, Count = g.Count() })
            .Concat(db.StateCounts.Select(c => new { c.UserId, c.State, Count = -c.Count }))
            .GroupBy(c => new { c.UserId, c.State }).Where(g => g.Sum(c => c.Count) != 0).Select(g => g.Key.UserId).Distinct().ToListAsync(token);
    }, ct);

    /// <summary>Counts an account anew.</summary>
    public Task<int> RecountAsync(Guid user, CancellationToken ct = default) => InTransactionAsync(async (db, token) =>
    {
        // Locks all its counts: whoever changes one from here on waits, and what they have changed before is seen below.
        await db.AddAsync([.. All.Select(state => new StateCount { UserId = user, State = state, Count = 0 })], token);
        var counted = await db.KnownStates.Where(k => k.UserId == user).GroupBy(k => k.State)
            .Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, token);
        foreach (var state in All)
        {
            var count = counted.GetValueOrDefault(state);
            await db.StateCounts.Where(c => c.UserId == user && c.State == state).ExecuteUpdateAsync(set => set.SetProperty(c => c.Count, count), token);
        }
        return 1;
    }, ct);

    private static async Task<int> RecordAsync(MonitDb db, Dictionary<Guid, CountedState> states, CancellationToken ct)
    {
        var known = await db.LockStates([.. states.Keys]).AsNoTracking().ToListAsync(ct);
        var changed = known.FindAll(k => k.State != CountedState.Paused && k.State != states[k.MonitorId]);
        foreach (var same in changed.GroupBy(k => states[k.MonitorId]))
        {
            var ids = same.Select(k => k.MonitorId).ToArray();
            await db.KnownStates.Where(k => ids.Contains(k.MonitorId)).ExecuteUpdateAsync(set => set.SetProperty(k => k.State, same.Key), ct);
        }
        await Bookkeeping.CountAsync(db, changed.SelectMany(k => new[] { (k.UserId, k.State, -1), (k.UserId, states[k.MonitorId], 1) }), ct);
        return changed.Count;
    }

    private Task<int> InTransactionAsync(Func<MonitDb, CancellationToken, Task<int>> work, CancellationToken ct) => resilience.RunAsync(async token =>
    {
        await using var db = await dbs.CreateDbContextAsync(token);
        await using var transaction = await db.Database.BeginTransactionAsync(token);
        var count = await work(db, token);
        await transaction.CommitAsync(token);
        return count;
    }, ct);
}
