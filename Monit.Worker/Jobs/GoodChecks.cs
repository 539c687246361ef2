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
    // A place in the dictionary and in the queue, and the headers of objects.
    private const int EntryBytes = 200;

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Entry> _kept = [];
    private readonly Queue<(Guid Id, long At)> _oldest = [];
    // When the next sample is due if they came evenly; up to a second's worth may come at once.
    private long _next;
    private long _bytes;

    private readonly record struct Entry(long At, long Version, Evidence Check)
    {
        public long Bytes => EntryBytes + Check.Data.Length;
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
            new Evidence(EvidenceKind.LastGood, at, EvidenceFile.Encode(Reporter.Of(seen, judged, at, job.Mask))));
        lock (_lock)
        {
            if (_kept.Remove(job.Id, out var before))
                _bytes -= before.Bytes;
            _kept[job.Id] = entry;
            _bytes += entry.Bytes;
            _oldest.Enqueue((job.Id, entry.At));
            while (_bytes > options.Value.LastGoodBytes)
                DropOldest();
        }
    }

    /// <summary>The newest good check of that version of the monitor, if it began before that time.</summary>
    public Evidence? Before(Guid id, long version, DateTimeOffset at)
    {
        lock (_lock)
            return _kept.TryGetValue(id, out var known) && known.Version == version && known.Check.At < at ? known.Check : null;
    }

    private void DropOldest()
    {
        var (id, at) = _oldest.Dequeue();
        // Otherwise a newer one has taken its place.
        if (_kept.TryGetValue(id, out var entry) && entry.At == at && _kept.Remove(id))
            _bytes -= entry.Bytes;
    }
}
