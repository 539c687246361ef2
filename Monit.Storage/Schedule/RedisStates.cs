using System.Runtime.CompilerServices;
using System.Text;
using Monit.Core.Checks;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Storage.Resilience;
using StackExchange.Redis;

namespace Monit.Storage.Schedule;

/// <summary>The states of monitors in Redis: those that SQL does not know yet, and what they are.</summary>
/// <exception cref="RedisException">Redis is unavailable, or replied with an error.</exception>
public sealed class RedisStates(IConnectionMultiplexer redis, RedisKeys keys, StoreResilience resilience, TimeProvider time)
{
    private readonly RedisKey[][] _settle = [.. Enumerable.Range(0, keys.Shards).Select(shard => keys.For(shard, RedisScript.Settle))];

    private IDatabase Db => redis.GetDatabase();

    public Task<bool> AnyChangedAsync(int shard) => Db.KeyExistsAsync(keys.For(shard, "states"));

    /// <summary>Changes that SQL does not know yet, a page at a time: of each monitor the newest.</summary>
    public async IAsyncEnumerable<IReadOnlyList<StateChange>> ChangedAsync(int shard, int pageSize, [EnumeratorCancellation] CancellationToken ct = default)
    {
        var page = new List<StateChange>(pageSize);
        await foreach (var entry in Db.HashScanAsync(keys.For(shard, "states"), pageSize: pageSize).WithCancellation(ct))
        {
            if (Guid.TryParse((string?)entry.Name, out var id) && entry.Value.TryParse(out int state))
                page.Add(new StateChange(id, (CountedState)state));
            if (page.Count < pageSize)
                continue;
            yield return page;
            page = new List<StateChange>(pageSize);
        }
        if (page.Count > 0)
            yield return page;
    }

    /// <summary>Forgets changes that SQL knows now, unless there is a newer one. Returns the number forgotten.</summary>
    public async Task<int> SettleAsync(int shard, IReadOnlyList<StateChange> known, CancellationToken ct = default)
    {
        RedisValue[] args = [.. known.SelectMany(change => (RedisValue[])[RedisSchedule.Text(change.Id), (int)change.State])];
        return (int)await resilience.RunAsync(async _ => await Db.ScriptEvaluateAsync(RedisScript.Settle.Text, _settle[shard], args), ct);
    }

    /// <summary>The states of monitors of a shard, in their order. A monitor that Redis does not have is pending there.</summary>
    public async Task<IReadOnlyList<SeenState>> ReadAsync(int shard, IReadOnlyList<Guid> ids, CancellationToken ct = default)
    {
        RedisValue[] members = [.. ids.Select(RedisSchedule.Text)];
        var (incidents, statuses, results) = await resilience.RunAsync(async _ =>
        {
            var incident = Db.HashGetAsync(keys.For(shard, "incident"), members);
            var status = Db.HashGetAsync(keys.For(shard, "status"), members);
            var result = Db.HashGetAsync(keys.For(shard, "results"), members);
            return (await incident, await status, await result);
        }, ct);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds() / 100;
        return [.. ids.Select((_, n) => new SeenState(
            (string?)incidents[n] ?? "", Incident(incidents[n]), RedisSchedule.StatusOf(Bytes(statuses[n]), Bytes(results[n]), now) is { Reason: not FailureReason.CheckError }))];
    }

    private static IncidentState Incident(RedisValue text) => IncidentState.TryDecode(Bytes(text), out var state) ? state : default;

    private static ReadOnlySpan<byte> Bytes(RedisValue text) => ((ReadOnlyMemory<byte>)text).Span;
}
