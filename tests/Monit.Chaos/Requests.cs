using Monit.Core.Monitors;

namespace Monit.Chaos;

/// <summary>What the target has seen: which monitor asked, when (Unix ms), and whether it was told that all is well.</summary>
internal sealed class Requests
{
    private readonly Lock _lock = new();
    private readonly List<(int Monitor, long At, bool Ok)> _all = [];

    public void Add(int monitor, long at, bool ok)
    {
        lock (_lock)
            _all.Add((monitor, at, ok));
    }

    /// <summary>From some time on, a list a monitor, in order.</summary>
    public ILookup<int, (long At, bool Ok)> Since(long from)
    {
        lock (_lock)
            return _all.Where(seen => seen.At >= from).OrderBy(seen => seen.At).ToLookup(seen => seen.Monitor, seen => (seen.At, seen.Ok));
    }

    public void Forget()
    {
        lock (_lock)
            _all.Clear();
    }
}

/// <summary>What requests say about a schedule whose slots are a function of the monitors' ids.</summary>
/// <param name="Missed">Slots without a request, from the beginning of the fault to the end of what was looked at.</param>
/// <param name="Doubled">Second requests in a slot although the first had been answered well.</param>
/// <param name="Stray">Doubled ones of which the first was not under way at the fault, or not the only one of its monitor.</param>
/// <param name="Example">One of the strays: when its two requests came, ms from the fault's beginning.</param>
/// <param name="Worst">The longest that a monitor waited for its next check after the fault's end.</param>
internal sealed record Schedule(int Missed, int Doubled, int Stray, string Example, TimeSpan Worst, TimeSpan Median)
{
    /// <param name="requests">From a little before the fault on.</param>
    /// <param name="fault">From its beginning to its end, Unix ms; what is under way reaches a check's time-out before it.</param>
    public static Schedule Check(
        ILookup<int, (long At, bool Ok)> requests, IReadOnlyList<Guid> ids, IEnumerable<int> monitors, TimeSpan interval,
        (long From, long To) fault, long until, TimeSpan underWay)
    {
        var (missed, doubled, stray, example) = (0, 0, 0, "");
        var waits = new List<long>();
        var period = (long)interval.TotalMilliseconds;
        foreach (var monitor in monitors)
        {
            var phase = Cadence.Phase(ids[monitor], interval);
            long Slot(long at) => (long)Math.Floor((double)(at - phase) / period);
            var (seen, own) = (requests[monitor].ToList(), 0);
            foreach (var (first, second) in seen.Zip(seen.Skip(1)))
            {
                if (!first.Ok || Slot(first.At) != Slot(second.At))
                    continue;
                doubled++;
                if (++own > 1 || first.At < fault.From - underWay.TotalMilliseconds || first.At > fault.To + underWay.TotalMilliseconds)
                {
                    stray++;
                    example = $"{ids[monitor]} at {first.At - fault.From} and {second.At - fault.From} ms, the fault's end at {fault.To - fault.From} ms";
                }
            }
            var slots = seen.Select(request => Slot(request.At)).ToHashSet();
            for (var slot = Slot(fault.From) + 1; slot < Slot(until); slot++)
                missed += slots.Contains(slot) ? 0 : 1;
            waits.Add(seen.Select(request => request.At).FirstOrDefault(at => at >= fault.To, until) - fault.To);
        }
        waits.Sort();
        return new Schedule(missed, doubled, stray, example, TimeSpan.FromMilliseconds(waits[^1]), TimeSpan.FromMilliseconds(waits[waits.Count / 2]));
    }
}
