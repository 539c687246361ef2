using Monit.Core.Resilience;
using Monit.Core.Scheduling;

namespace Monit.Worker.Scheduler;

/// <summary>
/// The configurations of one shard's monitors, as Redis has them, so that a claim need not bring them each time. Each
/// claim says what has changed since the one before it. Owned by the Scheduler; not thread-safe.
/// </summary>
/// <param name="capacity">Most configurations kept; those of further monitors are asked for with each check.</param>
internal sealed class ConfigCache(RedisSchedule schedule, int shard, int capacity, TimeProvider time)
{
    private const int ChunkSize = 1 << 16;
    private const int PartSize = 1000;

    // Unit of a stay. What was written past the scripts, by hand or by an older release, is noticed after 60 of them, an hour, at the
    // latest, and for most after less: all at once, a million monitors would ask for all of them within one interval.
    private static readonly TimeSpan Tick = TimeSpan.FromMinutes(1);
    private const int ShortestStay = 30;
    private const int LongestStay = 50;
    // For so long after its stay it still serves, while it is read again beside the next claim: to wait for a read in every claim
    // keeps a worker at a million monitors from catching up.
    private const int Grace = 10;

    // Many small ones: a large one that grows leaves large ones behind, which stay until the next full collection.
    private readonly Dictionary<Guid, Kept>[] _kept = [.. Enumerable.Range(0, capacity / PartSize + 1).Select(_ => new Dictionary<Guid, Kept>())];
    // One after the other, since a million small arrays take half as much again and give the garbage collector work. Written once.
    private readonly List<byte[]> _chunks = [];
    private readonly long _started = time.GetTimestamp();
    private int _filled = ChunkSize;
    private int _count;
    private long _outdated;
    private (List<Guid> Ids, Task<IReadOnlyList<byte[]>> Found, ushort At)? _reading;

    // Until: the tick from which on it is read again. Ticks begin anew after 45 days, so only those shortly before and after now are meant.
    private readonly record struct Kept(ushort Chunk, ushort Offset, ushort Length, ushort Until);

    /// <summary>For the next claim; none when nothing is kept.</summary>
    public long? Edition { get; private set; }

    /// <summary>Whenever a claim's reply may be missing, or another Redis may have taken over.</summary>
    public void Forget()
    {
        foreach (var part in _kept)
            part.Clear();
        _chunks.Clear();
        (Edition, _filled, _count, _outdated, _reading) = (null, ChunkSize, 0, 0, null);
    }

    /// <summary>The configurations of a claim's jobs, in their order; empty where Redis has none. Not cancelled: they are leased already.</summary>
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> TakeAsync(Claim claim)
    {
        var now = (ushort)(long)(time.GetElapsedTime(_started) / Tick % (ushort.MaxValue + 1));
        // Before the changes, since it may be older than they are.
        await EndReadingAsync();
        if (claim.Changed is null || _outdated > ChunkSize * (1L + _chunks.Count / 2))
            Forget();
        foreach (var id in claim.Changed ?? [])
            Remove(id);
        Edition = claim.Edition;

        var configs = new ReadOnlyMemory<byte>[claim.Jobs.Count];
        List<int> missing = [];
        List<Guid> old = [];
        for (var i = 0; i < configs.Length; i++)
        {
            var id = claim.Jobs[i].Id;
            if (!Part(id).TryGetValue(id, out var kept) || (short)(kept.Until - now) is <= -Grace or > LongestStay)
            {
                missing.Add(i);
                continue;
            }
            configs[i] = Text(kept);
            if ((short)(kept.Until - now) <= 0)
                old.Add(id);
        }
        if (missing.Count > 0)
        {
            var ids = missing.ConvertAll(i => claim.Jobs[i].Id);
            var found = await schedule.ConfigsAsync(shard, ids);
            foreach (var (n, i) in missing.Index())
            {
                configs[i] = found[n];
                Keep(ids[n], found[n], now);
            }
        }
        if (old.Count > 0)
            _reading = (old, schedule.ConfigsAsync(shard, old), now);
        return configs;
    }

    private async Task EndReadingAsync()
    {
        if (_reading is not var (ids, found, at))
            return;
        _reading = null;
        try
        {
            foreach (var (id, config) in ids.Zip(await found))
                Keep(id, config, at);
        }
        catch (Exception failure) when (StoreResilience.IsStoreFailure(failure))
        {
            // As after a failed claim. Those that are claimed already are leased, and not given up for it.
            Forget();
        }
    }

    private Dictionary<Guid, Kept> Part(Guid id) => _kept[(uint)id.GetHashCode() % (uint)_kept.Length];

    private ReadOnlyMemory<byte> Text(Kept kept) => _chunks[kept.Chunk].AsMemory(kept.Offset, kept.Length);

    private void Keep(Guid id, byte[] config, ushort read)
    {
        var until = (ushort)(read + Random.Shared.Next(ShortestStay, LongestStay + 1));
        var part = Part(id);
        if (part.TryGetValue(id, out var old) && Text(old).Span.SequenceEqual(config))
        {
            part[id] = old with { Until = until };
            return;
        }
        Remove(id);
        if (config is [] || config.Length >= ChunkSize || _count >= capacity)
            return;
        if (_filled + config.Length > ChunkSize)
        {
            if (_chunks.Count > ushort.MaxValue)
                return;
            // Pinned, since the garbage collector leaves those where they are.
            _chunks.Add(GC.AllocateUninitializedArray<byte>(ChunkSize, pinned: true));
            _filled = 0;
        }
        config.CopyTo(_chunks[^1], _filled);
        // By a fifth, not to twice the size.
        if (part.Count == part.Capacity)
            part.EnsureCapacity(part.Count + 1);
        part[id] = new Kept((ushort)(_chunks.Count - 1), (ushort)_filled, (ushort)config.Length, until);
        _filled += config.Length;
        _count++;
    }

    private void Remove(Guid id)
    {
        if (!Part(id).Remove(id, out var kept))
            return;
        _outdated += kept.Length;
        _count--;
    }
}
