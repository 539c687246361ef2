using Monit.Core.Monitors;

namespace Monit.Chaos;

/// <summary>A request that the target received.</summary>
/// <param name="At">Unix ms.</param>
/// <param name="Ok">Whether the response is a success.</param>
internal sealed record Request(int Monitor, long At, bool Ok)
{
    /// <summary>Whether the client had gone before it was answered.</summary>
    public bool IsGone { get; set; }
}

/// <summary>The requests that the target received.</summary>
internal sealed class Requests
{
    private readonly Lock _lock = new();
    private readonly List<Request> _all = [];

    public Request Add(int monitor, long at, bool ok)
    {
        var request = new Request(monitor, at, ok);
        lock (_lock)
            _all.Add(request);
        return request;
    }

    /// <summary>The requests since a time, by monitor and in order.</summary>
    public ILookup<int, Request> Since(long from)
    {
        lock (_lock)
            return _all.Where(seen => seen.At >= from).OrderBy(seen => seen.At).ToLookup(seen => seen.Monitor);
    }

    /// <summary>Forgets those before a time.</summary>
    public void Forget(long before)
    {
        lock (_lock)
            _all.RemoveAll(seen => seen.At < before);
    }
}

/// <summary>Compares requests with the slots that follow from the monitors' ids.</summary>
/// <param name="Missed">Slots without a request, from the start of the fault to the end of the observation.</param>
/// <param name="Doubled">Second requests in a slot although the first had succeeded.</param>
/// <param name="Stray">Doubled requests that the fault does not explain: the first was not in progress at the fault, or it is not the monitor's only one.</param>
/// <param name="Example">A stray: the times of its two requests, ms from the start of the fault.</param>
/// <param name="Worst">The longest time that a monitor waited for its next check after the end of the fault.</param>
internal sealed record Schedule(int Missed, int Doubled, int Stray, string Example, TimeSpan Worst, TimeSpan Median)
{
    /// <param name="requests">The requests since shortly before the fault.</param>
    /// <param name="fault">Its start and end, Unix ms.</param>
    /// <param name="inProgress">How long before and after the fault a check may have been affected by it.</param>
    public static Schedule Check(
        ILookup<int, Request> requests, IReadOnlyList<Guid> ids, IEnumerable<int> monitors, TimeSpan interval,
        (long From, long To) fault, long until, TimeSpan inProgress)
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
                if (++own > 1 || first.At < fault.From - inProgress.TotalMilliseconds || first.At > fault.To + inProgress.TotalMilliseconds)
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
