using Monit.Api.Confirmation;
using Monit.Core.Monitors;

namespace Monit.Api.Monitors;

/// <summary>Adds to monitors of one account what does not stand in their rows: the state, and whether their alerts are sent.</summary>
public sealed class MonitorReader(StatusReader statuses, ConfirmedAddresses addresses)
{
    public async Task<MonitorResponse> ReadAsync(UptimeMonitor monitor, CancellationToken ct) => (await ReadAsync([monitor], ct))[0];

    /// <returns>One answer for each monitor, in order.</returns>
    public async Task<IReadOnlyList<MonitorResponse>> ReadAsync(IReadOnlyList<UptimeMonitor> monitors, CancellationToken ct) =>
        await WithAsync([.. monitors.Zip(await statuses.ReadAsync(monitors, ct))], ct);

    /// <summary>As above, for monitors whose states are known.</summary>
    public async Task<IReadOnlyList<MonitorResponse>> WithAsync(IReadOnlyList<(UptimeMonitor Monitor, StatusResponse Status)> known, CancellationToken ct)
    {
        var confirmed = await addresses.ReadAsync([.. known.Select(one => one.Monitor)], ct);
        return [.. known.Zip(confirmed, (one, sent) => new MonitorResponse(one.Monitor, one.Status, sent))];
    }
}
