using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Monit.Worker.Executor;

/// <summary>
/// The HTTP semaphore. Monitors that fail, or whose last check here took a second or more, share one half of it, so
/// that a slow or dead part of the targets cannot hold up the rest.
/// </summary>
internal sealed class SlotPool(IOptions<ExecutorOptions> options) : IDisposable
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<Guid, bool> _slow = new();
    private readonly SemaphoreSlim _slots = new(options.Value.HttpSemaphoreCount);
    private readonly SemaphoreSlim _suspects = new(options.Value.HttpSemaphoreCount / 2);

    public int Limit => options.Value.HttpSemaphoreCount;
    public int Used => Limit - _slots.CurrentCount;
    public int SuspectsUsed => Limit / 2 - _suspects.CurrentCount;

    /// <summary>Waits for a slot; none at once, when the suspects have all that they may have.</summary>
    public async ValueTask<Slot?> TryTakeAsync(CheckJob job, CancellationToken ct)
    {
        var suspect = !job.Incident.IsHealthy || _slow.ContainsKey(job.Id);
        if (suspect && !_suspects.Wait(0, ct))
            return null;
        try
        {
            await _slots.WaitAsync(ct);
        }
        catch (OperationCanceledException) when (suspect)
        {
            _suspects.Release();
            throw;
        }
        return new Slot(suspect);
    }

    public void Return(CheckJob job, Slot slot, TimeSpan took)
    {
        if (took >= Slow)
            _slow[job.Id] = true;
        else
            _slow.TryRemove(job.Id, out _);
        _slots.Release();
        if (slot.Suspect)
            _suspects.Release();
    }

    public void Dispose()
    {
        _slots.Dispose();
        _suspects.Dispose();
    }

    internal readonly record struct Slot(bool Suspect);
}
