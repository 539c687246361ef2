using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Monit.Probes.Network;
using Monit.Worker.Jobs;

namespace Monit.Worker.Executor;

/// <summary>
/// Limits how many HTTP checks run at once. Suspect monitors (failing, or with a last check here of 1 s or more) share
/// half of the permits, so that slow or dead targets cannot hold up the others.
/// </summary>
internal sealed class PermitPool(IOptions<ProbeOptions> options) : IDisposable
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<Guid, bool> _slow = new();
    private readonly SemaphoreSlim _permits = new(options.Value.HttpSemaphoreCount);
    private readonly SemaphoreSlim _suspects = new(options.Value.HttpSemaphoreCount / 2);

    public int Limit => options.Value.HttpSemaphoreCount;
    public int Used => Limit - _permits.CurrentCount;
    public int SuspectsUsed => Limit / 2 - _suspects.CurrentCount;

    /// <summary>Waits for a permit; returns null at once for a suspect when the suspects' half is in use.</summary>
    public async ValueTask<Permit?> TryAcquireAsync(CheckJob job, CancellationToken ct)
    {
        var suspect = !job.Incident.IsHealthy || _slow.ContainsKey(job.Id);
        if (suspect && !_suspects.Wait(0, ct))
            return null;
        try
        {
            await _permits.WaitAsync(ct);
        }
        catch (OperationCanceledException) when (suspect)
        {
            _suspects.Release();
            throw;
        }
        return new Permit(suspect);
    }

    /// <param name="took">How long the target took; decides whether the monitor's next check is suspect.</param>
    public void Release(CheckJob job, Permit permit, TimeSpan took)
    {
        if (took >= Slow)
            _slow[job.Id] = true;
        else
            _slow.TryRemove(job.Id, out _);
        _permits.Release();
        if (permit.Suspect)
            _suspects.Release();
    }

    public void Dispose()
    {
        _permits.Dispose();
        _suspects.Dispose();
    }

    internal readonly record struct Permit(bool Suspect);
}
