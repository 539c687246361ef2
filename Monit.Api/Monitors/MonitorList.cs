using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Monit.Api.Http;
using Monit.Core.Monitors;
using Monit.Storage.Sql;

namespace Monit.Api.Monitors;

/// <summary>Lists an account's monitors in order of creation (by UUID v7).</summary>
public sealed class MonitorList(MonitDb db, StatusReader statuses, MonitorReader reader)
{
    public async Task<Page<MonitorResponse>> ReadAsync(
        ClaimsPrincipal user, Paging paging, MonitorFilter filter, CancellationToken ct)
    {
        var wanted = Matching(user, filter);
        var place = paging.Cursor is { } cursor && PlaceInList.TryDecode(cursor, out var id) ? id : (Guid?)null;
        if (filter.State is { } state)
            return await InStateAsync(state, wanted, place ?? Guid.Empty, paging, ct);

        var after = place is { } last ? wanted.Where(m => m.Id.CompareTo(last) > 0) : wanted;
        // One more than the limit, to find out whether there is a next page.
        var found = await after.OrderBy(m => m.Id).Skip(paging.Offset).Take(paging.Limit + 1).ToListAsync(ct);
        return await PageAsync(found.Zip(await statuses.ReadAsync(found, ct)), await Paging.TotalAsync(wanted, ct), paging, ct);
    }

    // States are in Redis, the rest in SQL; with at most a quota of monitors per account, joining in memory is cheap.
    private async Task<Page<MonitorResponse>> InStateAsync(
        MonitorState state, IQueryable<UptimeMonitor> wanted, Guid after, Paging paging, CancellationToken ct)
    {
        var all = await wanted.OrderBy(m => m.Id).ToListAsync(ct);
        var found = all.Zip(await statuses.ReadAsync(all, ct)).Where(m => m.Second.State == state).ToList();
        var page = found.Where(m => m.First.Id.CompareTo(after) > 0).Skip(paging.Offset).Take(paging.Limit + 1);
        return await PageAsync(page, found.Count, paging, ct);
    }

    private IQueryable<UptimeMonitor> Matching(ClaimsPrincipal user, MonitorFilter filter)
    {
        var monitors = db.Monitors.AsNoTracking().OwnedBy(user);
        if (filter.Enabled is { } enabled)
            monitors = monitors.Where(m => m.Enabled == enabled);
        if (filter.Q?.ToLowerInvariant() is { Length: > 0 } q)
#pragma warning disable CA1304, CA1311, CA1862 // Translated to SQL's lower(), which has no culture.
            monitors = monitors.Where(m => m.Url.ToLower().Contains(q) || m.Name!.ToLower().Contains(q));
#pragma warning restore CA1304, CA1311, CA1862
        return monitors;
    }

    private async Task<Page<MonitorResponse>> PageAsync(
        IEnumerable<(UptimeMonitor, StatusResponse)> found, int total, Paging paging, CancellationToken ct) =>
        paging.Of([.. await reader.WithAsync([.. found], ct)], total, last => PlaceInList.Encode(last.Id));
}
