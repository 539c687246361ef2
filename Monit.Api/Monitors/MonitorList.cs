using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Monit.Api.Http;
using Monit.Core.Checks;
using Monit.Core.Monitors;
using Monit.Storage.Sql;

namespace Monit.Api.Monitors;

/// <summary>Lists an account's monitors: in order of creation (by UUID v7), or in another <see cref="MonitorOrder"/>.</summary>
public sealed class MonitorList(MonitDb db, StatusReader statuses, MonitorReader reader)
{
    /// <summary>Null if the cursor is one of another order.</summary>
    public async Task<Page<MonitorResponse>?> ReadAsync(ClaimsPrincipal user, Paging paging, MonitorFilter filter, MonitorInclude include, CancellationToken ct)
    {
        var order = filter.Order;
        var after = default(MonitorOrder.Place?);
        if (paging.Cursor is { } cursor)
        {
            if (!order.TryPlace(cursor, out var place))
                return null;
            after = place;
        }
        var wanted = Matching(user, filter);
        if (filter.State is not null || !order.IsByCreation)
            return await OrderedAsync(wanted, order, filter.State, after, paging, include, ct);

        var rest = after is { Id: var last } ? wanted.Where(m => m.Id.CompareTo(last) > 0) : wanted;
        // One more than the limit, to find out whether there is a next page.
        var found = await rest.OrderBy(m => m.Id).Skip(paging.Offset).Take(paging.Limit + 1).ToListAsync(ct);
        return await PageAsync(found, order, await Paging.TotalAsync(wanted, ct), paging, include, ct);
    }

    // States are in Redis, the rest in SQL, whose databases sort texts each in their own way. Of all monitors of the account only
    // what decides is read, of a page the rest.
    private async Task<Page<MonitorResponse>> OrderedAsync(
        IQueryable<UptimeMonitor> wanted, MonitorOrder order, MonitorState? state, MonitorOrder.Place? after, Paging paging, MonitorInclude include, CancellationToken ct)
    {
        var all = await wanted.Select(m => new { m.Id, m.Enabled, m.Name }).ToListAsync(ct);
        var states = state is null && !order.NeedsStates ? null : await statuses.ReadAsync([.. all.Select(m => (m.Id, m.Enabled))], ct);
        var found = all.Select((m, n) => (Place: order.PlaceOf(m.Id, m.Name, states?[n].State ?? default), states?[n].State)).Where(m => state is null || m.State == state).ToList();
        var ids = found.Select(m => m.Place).Where(place => after is null || place > after).Order().Skip(paging.Offset).Take(paging.Limit + 1).Select(place => place.Id).ToList();
        var rows = await db.Monitors.AsNoTracking().Where(m => ids.Contains(m.Id)).ToDictionaryAsync(m => m.Id, ct);
        // What has been deleted in between is left out.
        return await PageAsync([.. ids.Where(rows.ContainsKey).Select(id => rows[id])], order, found.Count, paging, include, ct);
    }

    private IQueryable<UptimeMonitor> Matching(ClaimsPrincipal user, MonitorFilter filter)
    {
        var monitors = db.Monitors.AsNoTracking().OwnedBy(user);
        if (filter.Enabled is { } enabled)
            monitors = monitors.Where(m => m.Enabled == enabled);
        if (filter.Tag is { } tag)
            monitors = monitors.Where(m => m.Tags.Contains(tag));
        if (filter.Kind is { } kind)
            monitors = OfKind(monitors, kind);
        if (filter.Q?.ToLowerInvariant() is { Length: > 0 } q)
#pragma warning disable CA1304, CA1310, CA1311, CA1862 // Translated to SQL's lower(), which has no culture.
            monitors = monitors.Where(m => m.Url.ToLower().Contains(q) || m.Name!.ToLower().Contains(q));
        return monitors;
    }

    private static IQueryable<UptimeMonitor> OfKind(IQueryable<UptimeMonitor> monitors, ICheckKind kind)
    {
        var schemes = kind.Schemes.Select(scheme => $"{scheme}:").ToArray();
        return monitors.Where(m => schemes.Any(scheme => m.Url.ToLower().StartsWith(scheme)));
#pragma warning restore CA1304, CA1310, CA1311, CA1862
    }

    private async Task<Page<MonitorResponse>> PageAsync(
        IReadOnlyList<UptimeMonitor> found, MonitorOrder order, int total, Paging paging, MonitorInclude include, CancellationToken ct) =>
        paging.Of([.. await reader.ReadAsync(found, ct, include)], total, last => order.Cursor(order.PlaceOf(last.Id, last.Monitor.Name, last.Status.State)));
}
