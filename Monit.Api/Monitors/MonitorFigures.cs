using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using Monit.Api.Http;
using Monit.Core.History;
using Monit.Core.Monitors;
using Monit.Storage.History;

namespace Monit.Api.Monitors;

/// <summary>What an answer about monitors has from their history.</summary>
public sealed record MonitorInclude([FromQuery(Name = "include")] string? Text)
{
    internal static readonly QueryParameter Parameter = QueryParameter.Some("include", "uptime", "bars");

    public bool Uptime => Has("uptime");
    public bool Bars => Has("bars");

    private bool Has(string name) => Text?.Split(',').Contains(name) == true;
}

/// <summary>The share of the time in which a monitor was up, 0..1, of the time in which it was up or down; null where nothing is known.</summary>
/// <param name="Day">Of the last 24 hours.</param>
/// <param name="Month">Of the last 30 days.</param>
public sealed record UptimeFigures([property: JsonPropertyName("24h")] double? Day, [property: JsonPropertyName("30d")] double? Month);

/// <summary>Reads from the history what is shown of many monitors: in a few queries, whatever their number.</summary>
public sealed class MonitorFigures(LatestReader newest, AvailabilityReader availability, ResultReader results, TimeProvider time)
{
    private const int BarCount = 60;

    /// <returns>For each monitor, in order, what is wanted of it; null for the rest.</returns>
    public async Task<IReadOnlyList<(UptimeFigures? Uptime, IReadOnlyList<ResultResponse>? Bars)>> ReadAsync(
        IReadOnlyList<UptimeMonitor> monitors, MonitorInclude include, CancellationToken ct)
    {
        if (monitors.Count == 0 || !(include.Uptime || include.Bars))
            return [.. monitors.Select(_ => ((UptimeFigures?)null, (IReadOnlyList<ResultResponse>?)null))];
        var watched = monitors.Select(Watched.Of).ToList();
        var latest = await newest.ReadAsync([.. watched.Select(m => m.Id)], ct);
        var now = time.GetUtcNow();
        var month = new Span(now.AddDays(-30), now);
        var recorded = await availability.ReadAsync(watched, latest, month, ct);
        var bars = include.Bars ? await results.ReadLastAsync(watched, latest, BarCount, ct) : null;
        return [.. recorded.Select((known, n) => (
            include.Uptime ? new UptimeFigures(Accounting.Of(known, month with { From = now.AddDays(-1) }).Uptime, Accounting.Of(known, month).Uptime) : null,
            (IReadOnlyList<ResultResponse>?)bars?[n].Select(point => ResultResponse.Of(point, known.Down)).ToList()))];
    }
}
