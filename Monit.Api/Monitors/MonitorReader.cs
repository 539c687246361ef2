using Monit.Api.Confirmation;
using Monit.Core.Monitors;

namespace Monit.Api.Monitors;

/// <summary>Adds to monitors of one account what does not stand in their rows: the state, and whether their alerts are sent.</summary>
public sealed class MonitorReader(StatusReader statuses, ConfirmedAddresses addresses, MonitorFigures figures)
{
    private static readonly MonitorInclude Nothing = new(Text: null);

    public async Task<MonitorResponse> ReadAsync(UptimeMonitor monitor, CancellationToken ct, MonitorInclude? include = null) =>
        (await ReadAsync([monitor], ct, include))[0];

    /// <returns>One answer for each monitor, in order.</returns>
    public async Task<IReadOnlyList<MonitorResponse>> ReadAsync(IReadOnlyList<UptimeMonitor> monitors, CancellationToken ct, MonitorInclude? include = null) =>
        await WithAsync([.. monitors.Zip(await statuses.ReadAsync(monitors, ct))], ct, include);

    /// <summary>As above, for monitors whose states are known.</summary>
    public async Task<IReadOnlyList<MonitorResponse>> WithAsync(
        IReadOnlyList<(UptimeMonitor Monitor, StatusResponse Status)> known, CancellationToken ct, MonitorInclude? include = null)
    {
        var monitors = known.Select(one => one.Monitor).ToList();
        var confirmed = await addresses.ReadAsync(monitors, ct);
        var shown = await figures.ReadAsync(monitors, include ?? Nothing, ct);
        return [.. known.Select((one, n) => new MonitorResponse(one.Monitor, one.Status, confirmed[n]) { Uptime = shown[n].Uptime, Bars = shown[n].Bars })];
    }
}
