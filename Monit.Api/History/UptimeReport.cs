using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Monit.Api.Http;
using Monit.Api.Monitors;
using Monit.Core.History;
using Monit.Core.Monitors;
using Monit.Storage.History;
using Monit.Storage.Sql;

namespace Monit.Api.History;

/// <summary>The query of a report: by default of the present UTC month, and of all monitors.</summary>
public sealed record ReportQuery([FromQuery(Name = "month")] string? MonthText, [FromQuery(Name = "tag")] string? TagText)
{
    internal static readonly QueryParameter[] Parameters =
    [
        QueryParameter.Month("month", "A UTC month; by default the present one."),
        QueryParameter.Text("tag", 0, MonitorFields.MaxTag, "Only monitors with this tag, exactly as it is written, in the same case; empty: all."),
    ];

    public string? Tag => string.IsNullOrEmpty(TagText) ? null : MonitorFields.Tag(TagText);

    /// <returns>Its first day.</returns>
    public DateOnly Month(DateTimeOffset now) =>
        MonthText is not null && Instants.TryParseMonth(MonthText, out var month) ? month : new DateOnly(now.UtcDateTime.Year, now.UtcDateTime.Month, 1);
}

/// <summary>Reports what a month was for all monitors of an account, whatever their number: a page at a time is read, and sent before the next one.</summary>
internal static class UptimeReport
{
    private const int PageSize = 100;

    public static async Task<Ok<ReportResponse>> GetAsync(
        [AsParameters] ReportQuery query, ClaimsPrincipal user, MonitDb db, MonthReader months, TimeProvider time, CancellationToken ct)
    {
        var month = query.Month(time.GetUtcNow());
        return TypedResults.Ok(new ReportResponse(NameOf(month), query.Tag, await ReadAsync(query, user, db, months, time, ct)));
    }

    public static async Task<PushStreamHttpResult> GetCsvAsync(
        [AsParameters] ReportQuery query, ClaimsPrincipal user, MonitDb db, MonthReader months, TimeProvider time, CancellationToken ct)
    {
        var rows = await ReadAsync(query, user, db, months, time, ct);
        return TypedResults.Stream(body => ReportCsv.WriteAsync(body, rows, ct), "text/csv; charset=utf-8", $"uptime-{NameOf(query.Month(time.GetUtcNow()))}.csv");
    }

    // The first page before the answer begins, so that a store that is away is a problem and not half a report.
    private static async Task<IAsyncEnumerable<MonthResponse>> ReadAsync(
        ReportQuery query, ClaimsPrincipal user, MonitDb db, MonthReader months, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var wanted = db.Monitors.AsNoTracking().OwnedBy(user);
        if (query.Tag is { } tag)
            wanted = wanted.Where(m => m.Tags.Contains(tag));
        var first = await PageAsync(Guid.Empty);
        return All(ct);

        async Task<IReadOnlyList<MonthResponse>> PageAsync(Guid after)
        {
            var page = await wanted.Where(m => m.Id > after).OrderBy(m => m.Id).Take(PageSize).Select(m => new { m.Id, m.Name, m.Url, m.Tags }).ToListAsync(ct);
            var (ids, month) = (page.ConvertAll(m => m.Id), query.Month(now));
            var watched = (await db.Monitors.AsNoTracking().Where(m => ids.Contains(m.Id)).SelectWatched().ToListAsync(ct)).ToDictionary(m => m.Id);
            var known = page.FindAll(m => watched.ContainsKey(m.Id));
            return [.. known.Zip(await months.ReadAsync(known.ConvertAll(m => watched[m.Id]), month, ct), (m, was) => Of(m.Id, m.Name, m.Url, m.Tags, was, month, now))];
        }

        async IAsyncEnumerable<MonthResponse> All([EnumeratorCancellation] CancellationToken stop)
        {
            for (var page = first; page.Count > 0; page = page.Count < PageSize ? [] : await PageAsync(page[^1].MonitorId))
                foreach (var row in page)
                    yield return row;
        }
    }

    private static MonthResponse Of(Guid id, string? name, string url, IReadOnlyList<string> tags, MonitorMonth was, DateOnly month, DateTimeOffset now)
    {
        var range = new Span(new(month, TimeOnly.MinValue, TimeSpan.Zero), new(month.AddMonths(1), TimeOnly.MinValue, TimeSpan.Zero));
        var incidents = was.Incidents.Where(incident => incident.Touches(range)).ToList();
        var ended = incidents.FindAll(incident => incident.To >= range.From && incident.To < range.To && incident.To <= now);
        return new(id, name, url, tags, was.Availability.Uptime, BucketResponse.Seconds(was.Availability.Down), incidents.Count,
            incidents.Count == 0 ? null : incidents.Max(incident => BucketResponse.Seconds(incident.Within(range with { To = now < range.To ? now : range.To }).Length)),
            ended.Count == 0 ? null : BucketResponse.Seconds(TimeSpan.FromTicks((long)ended.Average(incident => incident.Length.Ticks))), ResultResponse.Shown(was.Latency.P95));
    }

    private static string NameOf(DateOnly month) => month.ToString("yyyy-MM", CultureInfo.InvariantCulture);
}
