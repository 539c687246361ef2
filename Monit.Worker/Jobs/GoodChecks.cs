using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Core.Checks.Reports;
using Monit.Core.Incidents;

namespace Monit.Worker.Jobs;

/// <summary>
/// Good checks with their answers, the newest that this worker has of each of some monitors, as evidence of what was different before an
/// incident. A sample: so many a second at most, whatever the number of monitors, each monitor once in a while, and the oldest give way.
/// </summary>
internal sealed class GoodChecks(IOptions<GoodCheckOptions> options, TimeProvider time)
{
    private const int EachSecond = 10;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);
    // A place in the dictionary and in the list, and the headers of objects.
    private const int EntryBytes = 200;

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Entry> _kept = [];
    // The oldest first.
    private readonly LinkedList<Guid> _order = [];
    // When the next sample is due if they came evenly; up to a second's worth may come at once.
    private long _next;
    private long _bytes;

    private readonly record struct Entry(long At, long Version, Evidence Check, LinkedListNode<Guid> Place)
    {
        public long Bytes => EntryBytes + Check.Data.Length;
    }

    /// <summary>How many are kept, and places in their order: as many.</summary>
    internal (int Kept, int Places) Count
    {
        get
        {
            lock (_lock)
                return (_kept.Count, _order.Count);
        }
    }

    /// <summary>Whether the answer of a check that begins now is wanted.</summary>
    public bool Wants(Guid id)
    {
        var now = time.GetTimestamp();
        if (Volatile.Read(ref _next) - now > time.TimestampFrequency || options.Value.LastGoodBytes == 0)
            return false;
        lock (_lock)
        {
            if (_kept.TryGetValue(id, out var known) && time.GetElapsedTime(known.At, now) < Pause)
                return false;
            Volatile.Write(ref _next, Math.Max(_next, now) + time.TimestampFrequency / EachSecond);
            return true;
        }
    }

    /// <summary>Keeps a check that was asked for, if it is good and has an answer.</summary>
    public void Keep(CheckJob job, in Observation seen, in Judgement judged, DateTimeOffset at)
    {
        if (!judged.Verdict.Success || seen.Answer is null)
            return;
        var entry = new Entry(time.GetTimestamp(), job.Config.Version,
            new Evidence(EvidenceKind.LastGood, at, EvidenceFile.Encode(Reporter.Of(seen, judged, at, job.Mask))), new(job.Id));
        lock (_lock)
        {
            Drop(job.Id);
            _kept[job.Id] = entry;
            _bytes += entry.Bytes;
            _order.AddLast(entry.Place);
            while (_bytes > options.Value.LastGoodBytes)
                Drop(_order.First!.Value);
        }
    }

    /// <summary>The newest good check of that version of the monitor, if it began before that time.</summary>
    public Evidence? Before(Guid id, long version, DateTimeOffset at)
    {
        lock (_lock)
            return _kept.TryGetValue(id, out var known) && known.Version == version && known.Check.At < at ? known.Check : null;
    }

    private void Drop(Guid id)
    {
        if (!_kept.Remove(id, out var entry))
            return;
        _order.Remove(entry.Place);
        _bytes -= entry.Bytes;
    }
}
