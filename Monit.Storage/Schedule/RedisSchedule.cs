using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Core.History;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Storage.Resilience;
using StackExchange.Redis;

namespace Monit.Storage.Schedule;

/// <summary>
/// The schedule in Redis: typed calls of the scripts, each for one shard and at most <see cref="MaxBatch"/> ids. Calls are
/// retried if Redis does not answer, except <see cref="ClaimAsync"/>.
/// </summary>
/// <exception cref="RedisException">Redis is unavailable, or replied with an error.</exception>
public sealed class RedisSchedule(
    IConnectionMultiplexer redis, RedisKeys keys, IOptions<SchedulingOptions> options, StoreResilience resilience, TimeProvider time)
{
    /// <summary>The maximum number of ids per call; Lua's unpack fails at 8000 values.</summary>
    public const int MaxBatch = 2000;

    private const int IdLength = 36;

    private readonly Dictionary<RedisScript, RedisKey[][]> _keys = new[]
    {
        RedisScript.Claim, RedisScript.Complete, RedisScript.Release, RedisScript.Extend,
        RedisScript.Reclaim, RedisScript.Schedule, RedisScript.Remove, RedisScript.Compare, RedisScript.Restore, RedisScript.Trim,
    }.ToDictionary(s => s, s => Enumerable.Range(0, keys.Shards).Select(shard => keys.For(shard, s)).ToArray());

    public RedisKeys Keys => keys;

    private IDatabase Db => redis.GetDatabase();

    /// <summary>Leases up to <paramref name="limit"/> due monitors. Never retried: the jobs of a lost reply are reclaimed.</summary>
    /// <param name="revision">The <see cref="Claim.Revision"/> of the last claim; null if the caller has no configurations cached.</param>
    /// <param name="overdue">How long the monitors must have been due.</param>
    public async Task<Claim> ClaimAsync(int shard, int limit, TimeSpan lease, long? revision = null, TimeSpan overdue = default)
    {
        var reply = await Db.ScriptEvaluateAsync(RedisScript.Claim.Text, _keys[RedisScript.Claim][shard],
            [Math.Min(limit, MaxBatch), Ms(lease), revision ?? RedisValue.EmptyString, Ms(overdue)]);
        var ids = Ids(reply[3]);
        var dues = (RedisValue[])reply[4]!;
        var incidents = (RedisValue[])reply[5]!;
        var jobs = new ClaimedJob[ids.Length];
        for (var i = 0; i < jobs.Length; i++)
            jobs[i] = new ClaimedJob(ids[i], Due(dues, i, jobs.Length), incidents.Length == 0 ? default : incidents[i]);
        return new Claim((long)reply[0], (long)reply[1], !reply[2].IsNull, jobs,
            (long?)(RedisValue)reply[6], reply[7].IsNull ? null : Ids(reply[7]));
    }

    /// <summary>The configurations of some monitors as texts of <see cref="CheckConfig.Encode"/>, in order; empty where there is none.</summary>
    public async Task<IReadOnlyList<byte[]>> ConfigsAsync(int shard, IReadOnlyList<Guid> ids, CancellationToken ct = default)
    {
        var key = keys.For(shard, "config");
        var members = ids.Select(Text).ToArray();
        return Array.ConvertAll(await resilience.RunAsync(_ => Db.HashGetAsync(key, members), ct), text => (byte[]?)text ?? []);
    }

    /// <summary>Ends checks and schedules the next ones. Returns the positions, from 0, of the jobs that were fenced off.</summary>
    public async Task<IReadOnlyList<int>> CompleteAsync(int shard, IReadOnlyList<Completion> batch, CancellationToken ct = default)
    {
        // Jobs are grouped by token, period and whether the incident changes, so that these are sent only once per group.
        var runs = new Dictionary<(long Token, TimeSpan Period, bool Changes), int>();
        var order = new long[batch.Count];
        var incidents = 0;
        for (var i = 0; i < order.Length; i++)
        {
            var (lease, _, period, _, _, incident, _) = batch[i];
            ref var run = ref CollectionsMarshal.GetValueRefOrAddDefault(runs, (lease.Token, period, incident is not null), out var known);
            run = known ? run : runs.Count;
            order[i] = (long)run * MaxBatch + i;
            incidents += incident is null ? 0 : 1;
        }
        Array.Sort(order);

        var args = new RedisValue[2 + runs.Count * 4 + order.Length * 3 + incidents];
        var (next, size, jobs, last, earliest) = (2, 0, 0, -1L, Completion.Never);
        foreach (var place in order)
        {
            var (lease, due, period, result, status, incident, changed) = batch[(int)(place % MaxBatch)];
            if (place / MaxBatch is var run && run != last)
            {
                (args[next], args[next + 1], args[next + 3]) = (lease.Token, Ms(period), incident is null ? 0 : 1);
                (size, jobs, last, next) = (next + 2, 0, run, next + 4);
            }
            args[size] = ++jobs;
            (args[next], args[next + 1], args[next + 2]) = (Text(lease.Id), Due(due), Outcome(result, status));
            next += 3;
            if (incident is { } state)
                args[next++] = Change(state, changed);
            earliest = Math.Min(earliest, due);
        }
        (args[0], args[1]) = (Due(earliest), options.Value.KeptResults * RecentResults.Size);
        var fenced = Positions(await RunAsync(RedisScript.Complete, shard, args, ct));
        return [.. fenced.Select(n => (int)(order[n] % MaxBatch)).Order()];
    }

    /// <summary>Returns jobs to the schedule unchecked. Returns the positions, from 0, of the jobs that were fenced off.</summary>
    public async Task<IReadOnlyList<int>> ReleaseAsync(
        int shard, IReadOnlyList<(Lease Lease, TimeSpan Delay)> batch, CancellationToken ct = default)
    {
        var args = new RedisValue[batch.Count * 3];
        for (var i = 0; i < batch.Count; i++)
        {
            args[i * 3] = Text(batch[i].Lease.Id);
            args[i * 3 + 1] = batch[i].Lease.Token;
            args[i * 3 + 2] = Ms(batch[i].Delay);
        }
        return Positions(await RunAsync(RedisScript.Release, shard, args, ct));
    }

    /// <summary>Renews leases; the token of the reply replaces theirs.</summary>
    public async Task<Extension> ExtendAsync(
        int shard, IReadOnlyList<Lease> batch, TimeSpan lease, CancellationToken ct = default)
    {
        var args = new RedisValue[1 + batch.Count * 2];
        args[0] = Ms(lease);
        for (var i = 0; i < batch.Count; i++)
        {
            args[1 + i * 2] = Text(batch[i].Id);
            args[2 + i * 2] = batch[i].Token;
        }
        var reply = await RunAsync(RedisScript.Extend, shard, args, ct);
        return new Extension((long)reply[0], (long)reply[1], Positions(reply[2]));
    }

    /// <summary>Returns jobs whose lease has expired to the schedule. Returns their number.</summary>
    public async Task<int> ReclaimAsync(int shard, int limit, TimeSpan longestLease, CancellationToken ct = default) =>
        (int)await RunAsync(RedisScript.Reclaim, shard, [Math.Min(limit, MaxBatch), Ms(longestLease)], ct);

    /// <summary>Adds or updates monitors, but no configuration that Redis has in a format above this version's.</summary>
    public async Task<Scheduled> ScheduleAsync(int shard, IReadOnlyList<ScheduleEntry> batch, CancellationToken ct = default)
    {
        var format = options.Value.ConfigFormat;
        var args = new RedisValue[1 + batch.Count * 8];
        args[0] = CheckConfig.NewestFormat;
        for (var i = 0; i < batch.Count; i++)
        {
            var entry = batch[i];
            args[1 + i * 8] = Text(entry.Id);
            args[2 + i * 8] = entry.Config.Encode(format);
            args[3 + i * 8] = entry.Incident.IsHealthy ? "" : Change(entry.Incident, CountedStates.Of(entry.Incident, isKnown: true));
            args[4 + i * 8] = Cadence.Phase(entry.Id, entry.Config.Interval);
            args[5 + i * 8] = entry.Soon is { } soon ? Ms(soon) : RedisValue.EmptyString;
            args[6 + i * 8] = entry.Force ? 1 : 0;
            args[7 + i * 8] = entry.Config.Target(format == 1 ? 2 : 1);
            args[8 + i * 8] = Ms(entry.Spacing);
        }
        var reply = await RunAsync(RedisScript.Schedule, shard, args, ct);
        return new Scheduled((int)reply[0], Positions(reply[1]));
    }

    /// <summary>Removes monitors from all keys. Returns the number removed, including those that were not there.</summary>
    public async Task<int> RemoveAsync(int shard, IReadOnlyList<Removal> batch, CancellationToken ct = default)
    {
        var args = new RedisValue[batch.Count * 2];
        for (var i = 0; i < batch.Count; i++)
        {
            args[i * 2] = Text(batch[i].Id);
            args[i * 2 + 1] = batch[i].Version is { } version ? version : RedisValue.EmptyString;
        }
        return (int)await RunAsync(RedisScript.Remove, shard, args, ct);
    }

    /// <summary>Finds monitors that Redis lacks, has in an older version or in a format that cannot hold them, or has due too far ahead.</summary>
    public async Task<Comparison> CompareAsync(int shard, IReadOnlyList<Expected> page, CancellationToken ct = default)
    {
        var args = new RedisValue[page.Count * 4];
        for (var i = 0; i < page.Count; i++)
        {
            args[i * 4] = Text(page[i].Id);
            args[i * 4 + 1] = page[i].Version;
            args[i * 4 + 2] = Ms(page[i].Farthest);
            args[i * 4 + 3] = page[i].Format;
        }
        var reply = await RunAsync(RedisScript.Compare, shard, args, ct);
        return new Comparison(Positions(reply[0]), Positions(reply[1]));
    }

    /// <summary>
    /// Corrects incident states that have not changed since they were read, and notes what the monitors' states are. Returns the number corrected.
    /// </summary>
    public async Task<int> RestoreAsync(int shard, IReadOnlyList<Restoration> batch, CancellationToken ct = default)
    {
        var args = new RedisValue[batch.Count * 3];
        for (var i = 0; i < batch.Count; i++)
        {
            args[i * 3] = Text(batch[i].Id);
            args[i * 3 + 1] = batch[i].Seen;
            args[i * 3 + 2] = Change(batch[i].State, CountedStates.Of(batch[i].State, batch[i].IsKnown));
        }
        return (int)await RunAsync(RedisScript.Restore, shard, args, ct);
    }

    /// <summary>
    /// The results of a shard's monitors that SQL does not have yet, a page at a time. A monitor that has some throughout is in one of the
    /// pages, perhaps in more than one.
    /// </summary>
    public async IAsyncEnumerable<IReadOnlyList<Unsaved>> UnsavedAsync(int shard, int pageSize, [EnumeratorCancellation] CancellationToken ct = default)
    {
        var page = new List<Unsaved>(pageSize);
        await foreach (var entry in Db.HashScanAsync(keys.For(shard, "results"), pageSize: pageSize).WithCancellation(ct))
        {
            if (Guid.TryParse(Bytes(entry.Name), out var id))
                page.Add(new Unsaved(id, (byte[])entry.Value!));
            if (page.Count < pageSize)
                continue;
            yield return page;
            page = new List<Unsaved>(pageSize);
        }
        if (page.Count > 0)
            yield return page;
    }

    /// <summary>Removes results that SQL has now. Returns the number of monitors whose results were still as they were read, at their beginning.</summary>
    public async Task<int> TrimAsync(int shard, IReadOnlyList<Unsaved> saved, CancellationToken ct = default)
    {
        var args = new RedisValue[saved.Count * 4];
        var now = Tenths();
        for (var i = 0; i < saved.Count; i++)
        {
            var (id, results) = saved[i];
            var status = RecentResults.Last(results.Span, now) is { } last ? PlainStatus.Of(last) : null;
            (args[i * 4], args[i * 4 + 1]) = (Text(id), results);
            (args[i * 4 + 2], args[i * 4 + 3]) = (status?.Encode() ?? "", status?.CheckedAt ?? 0);
        }
        return (int)await RunAsync(RedisScript.Trim, shard, args, ct);
    }

    /// <summary>The results of monitors of any shards that SQL does not have yet, in the order of the monitors; empty where there are none.</summary>
    public async Task<IReadOnlyList<ResultPoint[]>> RecentAsync(IReadOnlyList<Guid> ids, CancellationToken ct = default)
    {
        var recent = new ResultPoint[ids.Count][];
        var now = Tenths();
        foreach (var shard in Enumerable.Range(0, ids.Count).GroupBy(i => keys.ShardOf(ids[i])))
        {
            var members = shard.Select(i => (RedisValue)Text(ids[i])).ToArray();
            var values = await resilience.RunAsync(_ => Db.HashGetAsync(keys.For(shard.Key, "results"), members), ct);
            foreach (var (position, i) in shard.Index())
                recent[i] = RecentResults.Decode(Bytes(values[position]), now);
        }
        return recent;
    }

    /// <summary>The state in Redis of monitors of any shards, in their order.</summary>
    public async Task<IReadOnlyList<MonitorView>> ViewAsync(IReadOnlyList<Guid> ids, CancellationToken ct = default)
    {
        var views = new MonitorView[ids.Count];
        var now = Tenths();
        foreach (var shard in Enumerable.Range(0, ids.Count).GroupBy(i => keys.ShardOf(ids[i])))
        {
            var members = shard.Select(i => (RedisValue)Text(ids[i])).ToArray();
            var (statuses, incidents, dues, results) = await resilience.RunAsync(async _ =>
            {
                var db = Db;
                var status = db.HashGetAsync(keys.For(shard.Key, "status"), members);
                var incident = db.HashGetAsync(keys.For(shard.Key, "incident"), members);
                var due = db.SortedSetScoresAsync(keys.For(shard.Key, "schedule"), members);
                var result = db.HashGetAsync(keys.For(shard.Key, "results"), members);
                return (await status, await incident, await due, await result);
            }, ct);
            foreach (var (position, i) in shard.Index())
                views[i] = new MonitorView(
                    StatusOf(Bytes(statuses[position]), Bytes(results[position]), now),
                    IncidentState.TryDecode(Bytes(incidents[position]), out var state) ? state : default,
                    dues[position] is { } score && !double.IsInfinity(score) ? (long)score : null);
        }
        return views;
    }

    private Task<RedisResult> RunAsync(RedisScript script, int shard, RedisValue[] args, CancellationToken ct) =>
        resilience.RunAsync(async _ =>
            await Db.ScriptEvaluateAsync(script.Text, _keys[script][shard], args), ct);

    /// <summary>The form of ids in Redis.</summary>
    internal static RedisValue Text(Guid id)
    {
        var text = new byte[IdLength];
        id.TryFormat(text, out _);
        return text;
    }

    // The new state, and the incident state that goes with it.
    private static string Change(in IncidentState incident, CountedState? state) =>
        $"{(state is { } changed ? $"{(int)changed}" : "-")}{(state == CountedState.Pending ? IncidentState.Unjudged : incident.Encode())}";

    // One text with an id per line.
    private static Guid[] Ids(RedisResult lines)
    {
        var text = ((ReadOnlyMemory<byte>)(RedisValue)lines).Span;
        var ids = new Guid[(text.Length + 1) / (IdLength + 1)];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = Guid.Parse(text.Slice(i * (IdLength + 1), IdLength));
        return ids;
    }

    // If only the first and the last due time were returned, the others are interpolated.
    private static long Due(RedisValue[] dues, int position, int count)
    {
        if (dues.Length == count)
            return Score(dues[position]);
        var (first, last) = (Score(dues[0]), Score(dues[1]));
        return first + (last - first) * position / Math.Max(1, count - 1);
    }

    // A check that was up, as the one before, has left its result only.
    internal static MonitorStatus? StatusOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> results, long now)
    {
        MonitorStatus? status = MonitorStatus.TryDecode(text, out var known) ? known : null;
        return RecentResults.Last(results, now) is { } last && PlainStatus.Of(last) is { } plain && plain.CheckedAt > (status?.CheckedAt ?? 0) ? plain : status;
    }

    private long Tenths() => time.GetUtcNow().ToUnixTimeMilliseconds() / 100;

    private static RedisValue Outcome(ResultPoint result, MonitorStatus? status)
    {
        var text = status?.Encode();
        var bytes = new byte[RecentResults.Size + (text is null ? 0 : Encoding.UTF8.GetByteCount(text))];
        RecentResults.Write(bytes, result);
        Encoding.UTF8.GetBytes(text, bytes.AsSpan(RecentResults.Size));
        return bytes;
    }

    private static ReadOnlySpan<byte> Bytes(RedisValue text) => ((ReadOnlyMemory<byte>)text).Span;

    private static RedisValue Due(long due) => due == Completion.Never ? "+inf" : due;

    private static long Ms(TimeSpan time) => (long)time.TotalMilliseconds;

    // Garnet prints scores as floats.
    private static long Score(RedisValue text) => (long)double.Parse(Bytes(text), CultureInfo.InvariantCulture);

    // Lua counts from 1.
    private static int[] Positions(RedisResult reply) => [.. ((RedisValue[])reply!).Select(p => (int)p - 1)];
}
