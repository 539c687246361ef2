using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Monit.Api.Http;
using Monit.Api.Monitors;
using Monit.Core.Checks.Assertions;
using Monit.Core.History;
using Monit.Storage.History;
using Monit.Storage.Sql;

namespace Monit.Api.History;

internal static class HistoryEndpoints
{
    private static readonly (string Name, TimeSpan Time)[] Steps = [.. new[] { "1m", "5m", "1h", "1d" }.Zip(StatsReader.Steps)];

    public static void MapHistory(this IEndpointRouteBuilder api)
    {
        var history = api.MapGroup("").WithTags("History").RequireAuthorization();
        history.MapGet("/monitors/{id:guid}/results", ResultsAsync)
            .WithQuery([Paging.LimitParameter, Paging.OffsetParameter, QueryParameter.Cursor(cursor => PlaceInList.TryDecodeResult(cursor, out _, out _)), .. TimeRange.Parameters]);
        history.MapGet("/monitors/{id:guid}/stats", StatsAsync).WithQuery([QueryParameter.OneOf("step", [.. Steps.Select(step => step.Name)]), .. TimeRange.Parameters]);
        history.MapGet("/monitors/{id:guid}/uptime", UptimeAsync);
        history.MapGet("/reports/uptime", UptimeReport.GetAsync).WithQuery(ReportQuery.Parameters);
        history.MapGet("/reports/uptime.csv", UptimeReport.GetCsvAsync).WithQuery(ReportQuery.Parameters).Produces<string>(StatusCodes.Status200OK, "text/csv");
    }

    private static async Task<Results<Ok<Page<ResultResponse>>, ProblemHttpResult>> ResultsAsync(
        Guid id, [AsParameters] Paging paging, [AsParameters] TimeRange asked, ClaimsPrincipal user, MonitDb db, LatestReader newest, ResultReader results,
        TimeProvider time, CancellationToken ct)
    {
        var errors = new FieldErrors();
        if (asked.In(time.GetUtcNow(), errors) is not { } range)
            return Problems.Invalid(errors);
        if (await FindAsync(id, user, db, ct) is not { } monitor)
            return Problems.NotFound();
        var all = (await results.ReadAsync([monitor], await newest.ReadAsync([id], ct), range, ct))[0];
        var rest = paging.Cursor is { } cursor && PlaceInList.TryDecodeResult(cursor, out var at, out var code)
            ? all.TakeWhile(point => point.At < at || (point.At == at && point.Code < code)) : all;
        var found = rest.Reverse().Skip(paging.Offset).Take(paging.Limit + 1).ToList();
        var down = found.Count == 0 ? [] : await DownAsync(db, id, Tenths.ToTime(found[^1].At), Tenths.ToTime(found[0].At + 1), ct);
        var page = paging.Of(found, all.Count, last => PlaceInList.EncodeResult(last.At, last.Code));
        return TypedResults.Ok(new Page<ResultResponse>([.. page.Items.Select(point => ResultResponse.Of(point, down))], page.Total, page.Limit, page.Offset, page.NextCursor));
    }

    private static async Task<Results<Ok<StatsResponse>, ProblemHttpResult>> StatsAsync(
        Guid id, [FromQuery] string? step, [AsParameters] TimeRange asked, ClaimsPrincipal user, MonitDb db, StatsReader stats, TimeProvider time, CancellationToken ct)
    {
        var errors = new FieldErrors();
        if (asked.In(time.GetUtcNow(), errors) is not { } range)
            return Problems.Invalid(errors);
        if (await FindAsync(id, user, db, ct) is not { } monitor)
            return Problems.NotFound();
        var (name, length) = StatsSteps.Choose(Steps, step, range, await stats.FinestAsync(monitor, range.From, ct), errors);
        return errors.Any ? Problems.Invalid(errors)
            : TypedResults.Ok(StatsResponse.Of(await stats.ReadAsync(monitor, StatsReader.Widened(range, length), length, ct), name));
    }

    private static async Task<Results<Ok<UptimeResponse>, ProblemHttpResult>> UptimeAsync(
        Guid id, ClaimsPrincipal user, MonitDb db, LatestReader newest, AvailabilityReader availability, TimeProvider time, CancellationToken ct)
    {
        if (await FindAsync(id, user, db, ct) is not { } monitor)
            return Problems.NotFound();
        var now = time.GetUtcNow();
        var recorded = (await availability.ReadAsync([monitor], await newest.ReadAsync([id], ct), new Span(now.AddDays(-365), now), ct))[0];
        double? Last(int days) => Accounting.Of(recorded, new Span(now.AddDays(-days), now)).Uptime;

        var first = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddDays(-89);
        var days = Enumerable.Range(0, 90).Select(n => new Span(first.AddDays(n), first.AddDays(n + 1))).ToList();
        return TypedResults.Ok(new UptimeResponse(Last(1), Last(7), Last(30), Last(90), Last(365), [.. days.Zip(Accounting.Of(recorded, days), (day, known) => new DayResponse(
            DateOnly.FromDateTime(day.From.UtcDateTime), known.Uptime, recorded.Down.Count(incident => incident.Touches(day)), BucketResponse.Seconds(known.Unknown)))]));
    }

    private static Task<Watched?> FindAsync(Guid id, ClaimsPrincipal user, MonitDb db, CancellationToken ct) =>
        db.Monitors.AsNoTracking().OwnedBy(user).Where(m => m.Id == id).SelectWatched().SingleOrDefaultAsync(ct);

    private static async Task<IReadOnlyList<Span>> DownAsync(MonitDb db, Guid id, DateTimeOffset from, DateTimeOffset to, CancellationToken ct) =>
        [.. (await db.Incidents.AsNoTracking().Where(i => i.MonitorId == id && i.Severity == Severity.Down && i.StartTime < to && (i.EndTime == null || i.EndTime > from))
            .Select(i => new { i.StartTime, i.EndTime }).ToListAsync(ct)).Select(i => new Span(i.StartTime, i.EndTime ?? DateTimeOffset.MaxValue))];
}
