using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Monit.Core.Checks.Assertions;
using Monit.Core.Checks.Settings;
using Monit.Core.History;
using Monit.Core.Incidents;
using Monit.Storage.Sql;

namespace Monit.Storage.History;

/// <summary>
/// Reads what is recorded of monitors' time: their lives, pauses, maintenance, what is unknown, and the incidents in which they were down,
/// in a few queries for any number of monitors and any range, and without a single check.
/// </summary>
public sealed class AvailabilityReader(MonitDb db, IOptions<DecisionRules> rules, TimeProvider time)
{
    /// <param name="latest">Read before: what is unknown since the last results that SQL has, nobody has written down yet.</param>
    /// <param name="range">What is wholly outside may be left out.</param>
    /// <returns>One for each monitor, in order. Incidents are there also from before history was kept.</returns>
    public async Task<IReadOnlyList<Recorded>> ReadAsync(IReadOnlyList<Watched> monitors, IReadOnlyList<Latest> latest, Span range, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var since = await HistorySince.ReadAsync(db, ct);
        var ids = monitors.Select(m => m.Id).ToArray();
        // Pauses since the last results are needed whatever the range is.
        var from = monitors.Zip(latest, (m, l) => l.Window is { } open ? Tenths.ToTime(open.Last.At) : m.CreatedAt > since ? m.CreatedAt : since).Append(range.From).Min();
        var spans = (await db.MonitorSpans.AsNoTracking().Where(s => ids.Contains(s.MonitorId) && (s.ToTime == null || s.ToTime > from))
            .ToListAsync(ct)).ToLookup(s => s.MonitorId);
        var incidents = (await db.Incidents.AsNoTracking().Where(i => ids.Contains(i.MonitorId) && i.Severity == Severity.Down && i.StartTime < range.To
                && (i.EndTime == null || i.EndTime >= range.From))
            .Select(i => new { i.MonitorId, i.StartTime, i.EndTime }).ToListAsync(ct)).ToLookup(i => i.MonitorId);
        return [.. monitors.Zip(latest, (monitor, newest) =>
        {
            var life = new Span(monitor.CreatedAt > since ? monitor.CreatedAt : since, now);
            List<Span> Of(SpanKind kind) => [.. spans[monitor.Id].Where(s => s.Kind == kind).Select(s => new Span(s.FromTime, s.ToTime ?? DateTimeOffset.MaxValue))];
            var paused = Of(SpanKind.Paused);
            return new Recorded(life, paused, Of(SpanKind.Maintenance), [.. Of(SpanKind.Unknown), .. UnwrittenOf(monitor, newest, life, paused)],
                [.. incidents[monitor.Id].Select(i => new Span(i.StartTime, i.EndTime ?? DateTimeOffset.MaxValue))]);
        })];
    }

    // Among the results that are only in Redis, and from the last one until now.
    private IEnumerable<Span> UnwrittenOf(Watched monitor, Latest latest, Span life, List<Span> paused)
    {
        var (window, known) = (latest.Window, latest.Window?.Last);
        var results = latest.Recent.Where(point => point.At > (known?.At ?? long.MinValue)).OrderBy(point => point.At).ThenBy(point => point.Code).ToList();
        var interval = window is not null && window.Interval * TimeSpan.FromMilliseconds(100) > monitor.Interval ? window.Interval * TimeSpan.FromMilliseconds(100) : monitor.Interval;
        var wait = rules.Value.With(new MonitorRules(null, (int?)monitor.RetryDelay?.TotalSeconds, null, null)).LongestWait;
        return Gaps.Among(monitor.Id, known, life.From, results, interval, wait, paused)
            .Concat(Gaps.Between(monitor.Id, results.Count > 0 ? results[^1] : known, life.From, life.To, interval, wait, paused));
    }
}
