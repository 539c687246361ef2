using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Monit.Core.Monitors;
using Monit.Probes.Network;
using Monit.Worker.Jobs;

namespace Monit.Worker.Executor;

/// <summary>
/// Limits how many checks run at once, so that slow or dead targets cannot hold up the others. Suspect monitors (failing, or
/// with a last check here of 1 s or more) share half of the permits, monitors that this worker has not yet seen answer
/// quickly a quarter; within each, accounts share fairly.
/// </summary>
internal sealed class PermitPool(IOptions<ProbeOptions> options, Owners owners) : IDisposable
{
    private const int MaxSlow = 100_000;

    /// <summary>A monitor whose check takes this long is a suspect.</summary>
    public static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Guid, bool> _slow = new();
    private readonly SeenBits _quick = new();
    private readonly SemaphoreSlim _permits = new(options.Value.HttpSemaphoreCount);
    private readonly FairShare _suspects = new(options.Value.HttpSemaphoreCount / 2);
    private readonly FairShare _fresh = new((options.Value.HttpSemaphoreCount + 3) / 4);

    public int Limit => options.Value.HttpSemaphoreCount;
    public int Used => Limit - _permits.CurrentCount;
    public FairShare Suspects => _suspects;
    public FairShare Fresh => _fresh;

    /// <summary>Waits for a permit; returns null at once for a suspect or new monitor whose share is in use.</summary>
    public async ValueTask<Permit?> TryAcquireAsync(CheckJob job, CancellationToken ct)
    {
        var share = !job.Incident.IsHealthy || _slow.ContainsKey(job.Id) ? _suspects : _quick.Has(Cadence.Hash(job.Id)) ? null : _fresh;
        var account = share is null ? Guid.Empty : owners.Of(job.Id);
        if (share?.TryTake(account) == false)
            return null;
        try
        {
            await _permits.WaitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            share?.Return(account);
            throw;
        }
        return new Permit(share, account);
    }

    /// <summary>Whether the monitor has not yet been seen to answer quickly.</summary>
    public bool IsNew(Permit permit) => permit.Share == _fresh;

    /// <summary>Makes a suspect of a new monitor, and so makes room for the next new one; false if the suspects' share is in use.</summary>
    public bool TrySuspect(ref Permit permit)
    {
        if (!_suspects.TryTake(permit.Account))
            return false;
        permit.Share!.Return(permit.Account);
        permit = permit with { Share = _suspects };
        return true;
    }

    /// <param name="took">How long the target took; decides how the monitor's next check counts. Null if that is not known.</param>
    public void Release(CheckJob job, Permit permit, TimeSpan? took)
    {
        if (took >= Slow)
        {
            // Deleted monitors stay until then.
            if (_slow.Count >= MaxSlow)
                _slow.Clear();
            _slow[job.Id] = true;
        }
        else if (took is not null)
        {
            _slow.TryRemove(job.Id, out _);
            if (permit.Share is not null)
                _quick.Add(Cadence.Hash(job.Id));
        }
        _permits.Release();
        permit.Share?.Return(permit.Account);
    }

    public void Dispose() => _permits.Dispose();

    /// <param name="Share">Null for a monitor that is known to answer quickly.</param>
    internal readonly record struct Permit(FairShare? Share, Guid Account);
}
