using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Monit.Core.Alerts;
using Monit.Core.Monitors;
using Monit.Storage.Sql;

namespace Monit.Api.Confirmation;

/// <summary>Whether the addresses of monitors may get alerts, and the request to confirm one.</summary>
public sealed class ConfirmedAddresses(MonitDb db, IOptions<AddressOptions> options)
{
    /// <param name="monitors">Of one account.</param>
    /// <returns>For each monitor, in order, whether alerts go to its address, or to its owner's where it has none.</returns>
    public async Task<IReadOnlyList<bool>> ReadAsync(IReadOnlyList<UptimeMonitor> monitors, CancellationToken ct)
    {
        if (!options.Value.ConfirmAddresses || monitors.Count == 0)
            return [.. monitors.Select(_ => true)];
        var account = monitors[0].UserId;
        var owner = await OwnerEmailAsync(account, ct);
        var addresses = monitors.Select(m => AddressOf(m, owner)).ToList();
        var confirmed = await db.AlertAddresses.Confirmed(account).Where(a => addresses.Contains(a.Address)).Select(a => a.Address).ToListAsync(ct);
        return [.. addresses.Select(confirmed.Contains)];
    }

    /// <summary>Asks for the confirmation of a monitor's address, in the caller's transaction, unless it is confirmed.</summary>
    /// <param name="again">Whether to ask again although an earlier link is still good; at most once a day all the same.</param>
    public async Task RequestAsync(UptimeMonitor monitor, bool again, DateTimeOffset now) => await AlertAddresses.RequestAsync(
        db, monitor.UserId, AddressOf(monitor, await OwnerEmailAsync(monitor.UserId, CancellationToken.None)), again, now, CancellationToken.None);

    private static string AddressOf(UptimeMonitor monitor, string owner) =>
        AlertAddress.Normalize(monitor.AlertEmail is { Length: > 0 } own ? own : owner);

    private Task<string> OwnerEmailAsync(Guid account, CancellationToken ct) => db.Users.Where(u => u.Id == account).Select(u => u.Email).SingleAsync(ct);
}
