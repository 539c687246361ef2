using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Monit.Api.Http;
using Monit.Api.Monitors;
using Monit.Core.Alerts;
using Monit.Core.Checks.Assertions;
using Monit.Core.Incidents;
using Monit.Storage.Sql;

namespace Monit.Api.Incidents;

internal static class IncidentEndpoints
{
    public static void MapIncidents(this IEndpointRouteBuilder api)
    {
        var incidents = api.MapGroup("").WithTags("Incidents").RequireAuthorization();
        incidents.MapGet("/incidents", ListAsync).WithQuery(IncidentFilter.Parameters);
        incidents.MapGet("/monitors/{id:guid}/incidents", ListOfMonitorAsync).WithQuery(IncidentFilter.Parameters);
        incidents.MapGet("/incidents/{id:guid}", GetAsync);
        incidents.MapGet("/incidents/{id:guid}/alerts", AlertsAsync).WithQuery(AlertPage.Parameters);
    }

    private static async Task<Ok<Page<IncidentResponse>>> ListAsync(
        [AsParameters] Paging paging, [AsParameters] IncidentFilter filter, ClaimsPrincipal user, MonitDb db, CancellationToken ct)
    {
        var owned = db.Monitors.OwnedBy(user).Select(m => m.Id);
        return TypedResults.Ok(await PageAsync(db, db.Incidents.Where(i => owned.Contains(i.MonitorId)), paging, filter, ct));
    }

    private static async Task<Results<Ok<Page<IncidentResponse>>, ProblemHttpResult>> ListOfMonitorAsync(
        Guid id, [AsParameters] Paging paging, [AsParameters] IncidentFilter filter, ClaimsPrincipal user, MonitDb db, CancellationToken ct) =>
        await db.Monitors.OwnedBy(user).AnyAsync(m => m.Id == id, ct)
            ? TypedResults.Ok(await PageAsync(db, db.Incidents.Where(i => i.MonitorId == id), paging, filter, ct))
            : Problems.NotFound();

    private static async Task<Results<Ok<IncidentWithEvidence>, ProblemHttpResult>> GetAsync(Guid id, ClaimsPrincipal user, MonitDb db, CancellationToken ct)
    {
        var owned = db.Monitors.OwnedBy(user).Select(m => m.Id);
        return await Shown(db, db.Incidents.Where(i => i.Id == id && owned.Contains(i.MonitorId))).SingleOrDefaultAsync(ct) is { } incident
            ? TypedResults.Ok(await IncidentHistory.ReadAsync(db, incident, ct))
            : Problems.NotFound();
    }

    private static async Task<Results<Ok<Page<AlertResponse>>, ProblemHttpResult>> AlertsAsync(
        Guid id, [AsParameters] Paging paging, ClaimsPrincipal user, MonitDb db, CancellationToken ct)
    {
        var owned = db.Monitors.OwnedBy(user).Select(m => m.Id);
        return await db.Incidents.AnyAsync(i => i.Id == id && owned.Contains(i.MonitorId), ct)
            ? TypedResults.Ok(await AlertPage.ReadAsync(db, id, paging, ct))
            : Problems.NotFound();
    }

    private static async Task<Page<IncidentResponse>> PageAsync(
        MonitDb db, IQueryable<MonitorIncident> incidents, Paging paging, IncidentFilter filter, CancellationToken ct)
    {
        if (filter.Open is { } open)
            incidents = incidents.Where(i => i.EndTime == null == open);
        var after = paging.Cursor is { } cursor && PlaceInList.TryDecode(cursor, out var at, out var id)
            ? incidents.Where(i => i.StartTime < at || (i.StartTime == at && i.Id.CompareTo(id) < 0)) : incidents;
        var found = await Shown(db, after.OrderByDescending(i => i.StartTime).ThenByDescending(i => i.Id).Skip(paging.Offset).Take(paging.Limit + 1)).ToListAsync(ct);
        return paging.Of(found, await Paging.TotalAsync(incidents, ct), last => PlaceInList.Encode(last.StartedAt, last.Id));
    }

    private static IQueryable<IncidentResponse> Shown(MonitDb db, IQueryable<MonitorIncident> incidents) => incidents.Select(i => new IncidentResponse(
        i.Id, i.MonitorId, i.StartTime, i.EndTime, i.Severity == Severity.Degraded ? "degraded" : "down", i.Reason, i.Detail, i.HttpStatus, i.LatencyMs,
        db.Alerts.Any(a => a.IncidentId == i.Id && a.Status == AlertStatus.Delivered)));
}
