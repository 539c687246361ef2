using Monit.Storage.Resilience;
using Monit.Storage.Schedule;

namespace Monit.Worker.Scheduler;

/// <summary>
/// A cache of one shard's configurations as Redis has them, so that claims need not carry them. Each claim reports the
/// monitors whose configurations have changed since the previous one. Owned by the Scheduler; not thread-safe.
/// </summary>
/// <param name="bytes">The memory that it may take; further configurations are read from Redis at each check.</param>
internal sealed class ConfigCache(RedisSchedule schedule, int shard, long bytes, TimeProvider time)
{
    private const int ChunkSize = 1 << 16;
    private const int PartSize = 1000;
    // What an entry takes apart from its text: 36 bytes in a dictionary, which may be a third larger than it need be.
    private const int EntrySize = 48;
    private const int UsualText = 80;

    // Unit of the TTL, which is random so that entries do not expire together. A change that bypassed the scripts (made by
    // hand, or by an older release) takes effect after at most LongestTtl + Grace = 60 ticks, one hour.
    private static readonly TimeSpan Tick = TimeSpan.FromMinutes(1);
    private const int ShortestTtl = 30;
    private const int LongestTtl = 50;
    // Ticks for which an expired entry is still used while it is refreshed in the background (stale-while-revalidate):
    // waiting for such a read in every claim keeps a worker with a million monitors from catching up.
    private const int Grace = 10;

    // Many small dictionaries: growing a large one leaves large arrays behind, which only a full garbage collection frees.
    private readonly Dictionary<Guid, Entry>[] _entries = [.. Enumerable.Range(0, (int)(bytes / (EntrySize + UsualText) / PartSize) + 1).Select(_ => new Dictionary<Guid, Entry>())];
    // The texts, appended one after the other: a million small arrays take half as much memory again and burden the garbage collector.
    private readonly List<byte[]> _chunks = [];
    private readonly long _started = time.GetTimestamp();
    private int _filled = ChunkSize;
    private int _count;
    private long _wasted;
    private (List<Guid> Ids, Task<IReadOnlyList<byte[]>> Found, ushort At)? _refresh;

    // Expires: the tick at which the TTL ends. Ticks wrap around after 45 days, so they are compared by their 16-bit difference.
    private readonly record struct Entry(ushort Chunk, ushort Offset, ushort Length, ushort Expires);

    /// <summary>The revision to send with the next claim; null if nothing is cached.</summary>
    public long? Revision { get; private set; }

    /// <summary>Removes all entries. Must be called when a claim's reply may be lost, or another Redis may have taken over.</summary>
    public void Invalidate()
    {
        foreach (var part in _entries)
            part.Clear();
        _chunks.Clear();
        (Revision, _filled, _count, _wasted, _refresh) = (null, ChunkSize, 0, 0, null);
    }

    /// <summary>The configurations of a claim's jobs, in their order; empty where Redis has none. Not cancellable: the jobs are already leased.</summary>
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> TakeAsync(Claim claim)
    {
        var now = (ushort)(long)(time.GetElapsedTime(_started) / Tick % (ushort.MaxValue + 1));
        // Before the changes are applied, since its data may be older than they are.
        await EndRefreshAsync();
        if (claim.Changed is null || _wasted > ChunkSize * (1L + _chunks.Count / 2))
            Invalidate();
        foreach (var id in claim.Changed ?? [])
            Remove(id);
        Revision = claim.Revision;

        var configs = new ReadOnlyMemory<byte>[claim.Jobs.Count];
        List<int> missing = [];
        List<Guid> stale = [];
        for (var i = 0; i < configs.Length; i++)
        {
            var id = claim.Jobs[i].Id;
            if (!Part(id).TryGetValue(id, out var entry) || (short)(entry.Expires - now) is <= -Grace or > LongestTtl)
            {
                missing.Add(i);
                continue;
            }
            configs[i] = Text(entry);
            if ((short)(entry.Expires - now) <= 0)
                stale.Add(id);
        }
        if (missing.Count > 0)
        {
            var ids = missing.ConvertAll(i => claim.Jobs[i].Id);
            var found = await schedule.ConfigsAsync(shard, ids);
            foreach (var (n, i) in missing.Index())
            {
                configs[i] = found[n];
                Store(ids[n], found[n], now);
            }
        }
        if (stale.Count > 0)
            _refresh = (stale, schedule.ConfigsAsync(shard, stale), now);
        return configs;
    }

    private async Task EndRefreshAsync()
    {
        if (_refresh is not var (ids, found, at))
            return;
        _refresh = null;
        try
        {
            foreach (var (id, config) in ids.Zip(await found))
                Store(id, config, at);
        }
        catch (Exception failure) when (StoreResilience.IsStoreFailure(failure))
        {
            // As after a failed claim. The exception must not escape: the jobs of this claim are already leased.
            Invalidate();
        }
    }

    private long Size => (long)_chunks.Count * ChunkSize + (long)_count * EntrySize;

    private Dictionary<Guid, Entry> Part(Guid id) => _entries[(uint)id.GetHashCode() % (uint)_entries.Length];

    private ReadOnlyMemory<byte> Text(Entry entry) => _chunks[entry.Chunk].AsMemory(entry.Offset, entry.Length);

    private void Store(Guid id, byte[] config, ushort read)
    {
        var expires = (ushort)(read + Random.Shared.Next(ShortestTtl, LongestTtl + 1));
        var part = Part(id);
        if (part.TryGetValue(id, out var stale) && Text(stale).Span.SequenceEqual(config))
        {
            part[id] = stale with { Expires = expires };
            return;
        }
        Remove(id);
        var needsChunk = _filled + config.Length > ChunkSize;
        if (config is [] || config.Length >= ChunkSize || Size + EntrySize + (needsChunk ? ChunkSize : 0) > bytes)
            return;
        if (needsChunk)
        {
            // Pinned, so that the garbage collector never copies it.
            _chunks.Add(GC.AllocateUninitializedArray<byte>(ChunkSize, pinned: true));
            _filled = 0;
        }
        config.CopyTo(_chunks[^1], _filled);
        // Grows it by about a fifth; adding to a full dictionary would double it.
        if (part.Count == part.Capacity)
            part.EnsureCapacity(part.Count + 1);
        part[id] = new Entry((ushort)(_chunks.Count - 1), (ushort)_filled, (ushort)config.Length, expires);
        _filled += config.Length;
        _count++;
    }

    private void Remove(Guid id)
    {
        if (!Part(id).Remove(id, out var entry))
            return;
        _wasted += entry.Length;
        _count--;
    }
}
