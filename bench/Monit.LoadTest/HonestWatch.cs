using Monit.Core.Monitors;
using Monit.Storage.Schedule;

namespace Monit.LoadTest;

/// <summary>Looks at the honest monitors again and again, since a failure in between would be gone at the end.</summary>
internal sealed class HonestWatch(RedisSchedule schedule, IReadOnlyList<Guid> ids)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private readonly Dictionary<Guid, string> _failing = [];

    /// <summary>Those that ever failed, with what was seen first.</summary>
    public IReadOnlyDictionary<Guid, string> Failing => _failing;

    /// <summary>Those that were not yet checked when last looked at.</summary>
    public int Pending { get; private set; }

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await LookAsync(stop);
                await Task.Delay(Pause, TimeProvider.System, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await LookAsync(CancellationToken.None);
        }
    }

    private async Task LookAsync(CancellationToken ct)
    {
        var views = await schedule.ViewAsync(ids, ct);
        Pending = views.Count(view => view.Status is null);
        foreach (var (index, view) in views.Index())
            if (!view.Incident.IsHealthy || view.Status is { } status && (status.Reason is not null || status.State != MonitorState.Up))
                _failing.TryAdd(ids[index], $"{view.Status?.Reason} {view.Status?.State} {view.Incident}");
    }
}
