using System.Text.Json.Serialization;
using Monit.Api.Monitors;
using Monit.Core.History;
using Monit.Storage.History;

namespace Monit.Api.History;

/// <summary>The checks of a monitor and what its time counts as, in steps.</summary>
/// <param name="From">The range that was asked for, in whole steps of UTC.</param>
/// <param name="Step"><c>1m</c>, <c>5m</c>, <c>1h</c> or <c>1d</c>: the finest that is kept for the whole range, where a finer one was asked for.</param>
/// <param name="Total">The same for the whole range.</param>
public sealed record StatsResponse(DateTimeOffset From, DateTimeOffset To, string Step, IReadOnlyList<BucketResponse> Buckets, BucketResponse Total)
{
    public static StatsResponse Of(Stats stats, string step) =>
        new(stats.Total.Time.From, stats.Total.Time.To, step, [.. stats.Buckets.Select(BucketResponse.Of)], BucketResponse.Of(stats.Total));
}

/// <summary>A step of time.</summary>
/// <param name="At">Its beginning.</param>
/// <param name="Checks">Null where they are no longer kept.</param>
/// <param name="Failed">Of these checks.</param>
/// <param name="Uptime">0..1, by time and not by checks; null where nothing is known.</param>
/// <param name="LatencyMs">Of the checks that were up.</param>
/// <param name="DownSec">Seconds in which it was down, and which count.</param>
public sealed record BucketResponse(
    DateTimeOffset At, long? Checks, long? Failed, double? Uptime, LatencyResponse LatencyMs, long DownSec, long UnknownSec, long MaintenanceSec, long PausedSec)
{
    public static BucketResponse Of(Bucket bucket)
    {
        var (checks, time) = (bucket.Checks, bucket.Availability);
        return new(bucket.Time.From, checks.IsIncomplete ? null : checks.Checks, checks.IsIncomplete ? null : checks.Failed, time.Uptime,
            LatencyResponse.Of(checks.Latency), Seconds(time.Down), Seconds(time.Unknown), Seconds(time.Maintenance), Seconds(time.Paused));
    }

    public static long Seconds(TimeSpan time) => (long)Math.Round(time.TotalSeconds, MidpointRounding.AwayFromZero);
}

/// <summary>Within 2.5 %; null where no check was up, or where it is no longer kept.</summary>
public sealed record LatencyResponse(double? Min, double? P50, double? P95, double? P99, double? Max)
{
    public static LatencyResponse Of(LatencyFigures figures) => new(
        ResultResponse.Shown(figures.Min), ResultResponse.Shown(figures.P50), ResultResponse.Shown(figures.P95), ResultResponse.Shown(figures.P99), ResultResponse.Shown(figures.Max));
}

/// <summary>The uptime of a monitor, 0..1, over the times that end now; null where nothing is known.</summary>
/// <param name="Days">The last 90 UTC days with today, oldest first.</param>
public sealed record UptimeResponse(
    [property: JsonPropertyName("24h")] double? Day, [property: JsonPropertyName("7d")] double? Week, [property: JsonPropertyName("30d")] double? Month,
    [property: JsonPropertyName("90d")] double? Quarter, [property: JsonPropertyName("365d")] double? Year, IReadOnlyList<DayResponse> Days);

/// <summary>A UTC day.</summary>
/// <param name="Incidents">In which the monitor was down on that day, also before history was kept.</param>
public sealed record DayResponse(DateOnly Date, double? Uptime, int Incidents, long UnknownSec);

/// <summary>What a month was for each monitor of an account.</summary>
public sealed record ReportResponse(string Month, string? Tag, IAsyncEnumerable<MonthResponse> Monitors);

/// <summary>A monitor's UTC month; of the present one what has passed.</summary>
/// <param name="Uptime">0..1; null where nothing is known.</param>
/// <param name="DownSec">Seconds in which it was down, and which count.</param>
/// <param name="Incidents">In which it was down within the month, also before history was kept.</param>
/// <param name="LongestSec">Of these the longest, as far as it lies within the month; null without incidents.</param>
/// <param name="MeanTimeToRecoverySec">Of the incidents that ended within the month, from their beginning; null if none did.</param>
/// <param name="P95Ms">The latency that 95 % of the checks that were up did not exceed, within 2.5 %; null without checks, or where it is no longer kept.</param>
public sealed record MonthResponse(
    Guid MonitorId, string? Name, string Url, IReadOnlyList<string> Tags, double? Uptime, long DownSec, int Incidents, long? LongestSec, long? MeanTimeToRecoverySec, double? P95Ms);
