using System.Collections.Concurrent;

namespace Monit.Worker.Jobs;

/// <summary>
/// Counts the exceptions of checks in a row, which are defects of Monit and say nothing about the target. The first few are
/// tried again soon; from then on the check ends as <c>CHECK_ERROR</c>, at the monitor's own pace.
/// </summary>
internal sealed class CheckErrors
{
    private const int Tries = 3;
    private const int MaxMonitors = 10_000;
    private readonly ConcurrentDictionary<Guid, int> _failed = new();
    private volatile bool _any;

    /// <returns>Whether it is the first, which is to be logged, and whether the check is to end as not judged.</returns>
    public (bool IsFirst, bool GiveUp) Failed(Guid id)
    {
        // Deleted monitors stay until then.
        if (_failed.Count >= MaxMonitors)
            _failed.Clear();
        _any = true;
        var count = _failed.AddOrUpdate(id, 1, (_, before) => before + 1);
        return (count == 1, count >= Tries);
    }

    public void Worked(Guid id)
    {
        if (_any)
            _failed.TryRemove(id, out _);
    }
}
