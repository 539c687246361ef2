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
        if (filter.State is { } state)
            return await InStateAsync(state, wanted, filter.Cursor ?? Guid.Empty, paging, ct);

        var after = filter.Cursor is { } last ? wanted.Where(m => m.Id.CompareTo(last) > 0) : wanted;
        // One more than the limit, to find out whether there is a next page.
        var found = await after.OrderBy(m => m.Id).Skip(paging.Offset).Take(paging.Limit + 1).ToListAsync(ct);
        var shown = found[..Math.Min(found.Count, paging.Limit)];
        return Page(await reader.ReadAsync(shown, ct), found.Count > paging.Limit, await wanted.CountAsync(ct), paging);
    }

    // States are in Redis, the rest in SQL; with at most a quota of monitors per account, joining in memory is cheap.
    private async Task<Page<MonitorResponse>> InStateAsync(
        MonitorState state, IQueryable<UptimeMonitor> wanted, Guid after, Paging paging, CancellationToken ct)
    {
        var all = await wanted.OrderBy(m => m.Id).ToListAsync(ct);
        var found = all.Zip(await statuses.ReadAsync(all, ct)).Where(m => m.Second.State == state).ToList();
        var page = found.Where(m => m.First.Id.CompareTo(after) > 0).Skip(paging.Offset).Take(paging.Limit + 1).ToList();
        return Page(await reader.WithAsync(page[..Math.Min(page.Count, paging.Limit)], ct), page.Count > paging.Limit, found.Count, paging);
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

    private static Page<MonitorResponse> Page(IReadOnlyList<MonitorResponse> items, bool more, int total, Paging paging) =>
        new(items, total, paging.Limit, paging.Offset, more ? MonitorFilter.Encode(items[^1].Id) : null);
}
