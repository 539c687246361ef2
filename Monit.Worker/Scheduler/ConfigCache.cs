using Monit.Core.Scheduling;

namespace Monit.Worker.Scheduler;

/// <summary>
/// The configurations of one shard's monitors, as Redis has them, so that a claim need not bring them each time. Each
/// claim says what has changed since the one before it. Owned by the Scheduler; not thread-safe.
/// </summary>
/// <param name="capacity">Most configurations kept; those of further monitors are asked for with each check.</param>
internal sealed class ConfigCache(RedisSchedule schedule, int shard, int capacity, TimeProvider time)
{
    /// <summary>What was written past the scripts, by hand or by an older release, is noticed after that at the latest.</summary>
    private static readonly TimeSpan LongestStay = TimeSpan.FromMinutes(10);

    private readonly Dictionary<Guid, byte[]> _kept = [];
    private long? _edition;
    private long _emptied = time.GetTimestamp();

    /// <summary>For the next claim; none when nothing is kept.</summary>
    public long? Edition
    {
        get
        {
            if (time.GetElapsedTime(_emptied) >= LongestStay)
                Forget();
            return _edition;
        }
    }

    /// <summary>Whenever a claim's reply may be missing, or another Redis may have taken over.</summary>
    public void Forget()
    {
        _kept.Clear();
        (_edition, _emptied) = (null, time.GetTimestamp());
    }

    /// <summary>The configurations of a claim's jobs, in their order; empty where Redis has none. Not cancelled: they are leased already.</summary>
    public async Task<IReadOnlyList<byte[]>> TakeAsync(Claim claim)
    {
        if (claim.Changed is null)
            Forget();
        foreach (var id in claim.Changed ?? [])
            _kept.Remove(id);
        _edition = claim.Edition;

        var configs = new byte[claim.Jobs.Count][];
        var missing = new List<int>();
        for (var i = 0; i < configs.Length; i++)
        {
            if (_kept.TryGetValue(claim.Jobs[i].Id, out var config))
                configs[i] = config;
            else
                missing.Add(i);
        }
        if (missing.Count == 0)
            return configs;
        var found = await schedule.ConfigsAsync(shard, [.. missing.Select(i => claim.Jobs[i].Id)]);
        foreach (var (n, i) in missing.Index())
        {
            configs[i] = found[n];
            if (found[n] is not [] && _kept.Count < capacity)
                _kept[claim.Jobs[i].Id] = found[n];
        }
        return configs;
    }
}
