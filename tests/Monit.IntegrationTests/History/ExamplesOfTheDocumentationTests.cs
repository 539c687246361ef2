using Microsoft.Extensions.DependencyInjection;
using Monit.Core.History;
using Monit.Core.Monitors;
using Monit.IntegrationTests.Api;
using Monit.Storage.History;

namespace Monit.IntegrationTests.History;

/// <summary>The worked examples of docs/history.md, with its numbers.</summary>
public abstract class ExamplesOfTheDocumentationTests(ApiFixture api)
{
    private static readonly DateTimeOffset Day = new(2026, 11, 2, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = Day.AddDays(2);
    private static readonly Span First = new(Day, Day.AddDays(1)), Second = new(Day.AddDays(1), Now);

    private static DateTimeOffset At(int hour, int minute, int second = 0) => Day + new TimeSpan(hour, minute, second);

    [Fact]
    public async Task IncidentOverMidnight()
    {
        await using var host = await SeededHistory.StartAsync(api, Now);
        var monitor = await host.AddMonitorAsync(Day, 60);
        await CheckAsync(host, monitor, (Day, Now));
        await host.AddIncidentAsync(monitor.Id, At(23, 30), At(24, 15));
        var (first, second) = (await OfAsync(host, monitor, First), await OfAsync(host, monitor, Second));
        Assert.Equal((1800, 900), (first.Down.TotalSeconds, second.Down.TotalSeconds));
        Assert.Equal((0.97917, 0.98958), (Math.Round(first.Uptime!.Value, 5), Math.Round(second.Uptime!.Value, 5)));
    }

    [Fact]
    public async Task PauseInsideAnIncident()
    {
        await using var host = await SeededHistory.StartAsync(api, Now);
        var monitor = await host.AddMonitorAsync(Day, 60);
        await CheckAsync(host, monitor, (Day, At(10, 20)), (At(10, 50), Now));
        await host.AddIncidentAsync(monitor.Id, At(10, 0), At(11, 0));
        await host.AddSpanAsync(monitor.Id, SpanKind.Paused, At(10, 20), At(10, 50));
        var day = await OfAsync(host, monitor, First);
        Assert.Equal((1800, 1800, 0), (day.Down.TotalSeconds, day.Paused.TotalSeconds, day.Unknown.TotalSeconds));
        Assert.Equal(0.97872, Math.Round(day.Uptime!.Value, 5));
    }

    [Fact]
    public async Task MonitStoppedForTenMinutes()
    {
        await using var host = await SeededHistory.StartAsync(api, Now);
        var monitor = await host.AddMonitorAsync(Day, 60);
        // Not written down yet: the results after it are in Redis only.
        var slot = Slot(monitor, Now.AddMinutes(-30));
        await CheckAsync(host, monitor, (Day, slot.AddSeconds(1)));
        var result = slot.AddMinutes(11);
        await host.AddToRedisAsync(monitor.Id, [.. Enumerable.Range(0, 18).Select(n => new ResultPoint(Tenths.Of(result.AddMinutes(n)), 20))]);
        var day = await OfAsync(host, monitor, Second);
        Assert.Equal((600, 0), (day.Unknown.TotalSeconds, day.Down.TotalSeconds));
        Assert.Equal(1, day.Uptime);
    }

    [Fact]
    public async Task MonitorYoungerThanTheRange()
    {
        await using var host = await SeededHistory.StartAsync(api, Now);
        var monitor = await host.AddMonitorAsync(At(18, 0), 60);
        await CheckAsync(host, monitor, (At(18, 0), Now));
        await host.AddIncidentAsync(monitor.Id, At(20, 0), At(20, 36));
        var day = await OfAsync(host, monitor, First);
        Assert.Equal((0.9, 36 * 60, 6 * 3600 - 36 * 60), (Math.Round(day.Uptime!.Value, 9), day.Down.TotalSeconds, day.Up.TotalSeconds));
        Assert.Null((await OfAsync(host, monitor, new Span(Day.AddDays(-1), Day))).Uptime);
    }

    [Fact]
    public async Task ChangedInterval()
    {
        await using var host = await SeededHistory.StartAsync(api, Now);
        // Every minute until noon, then every ten minutes; the change is no gap.
        var monitor = await host.AddMonitorAsync(Day, 600, changed: At(12, 0));
        var points = Slots(monitor, Day, At(12, 0), 60).Concat(Slots(monitor, At(12, 0), Now, 600)).ToList();
        await host.AddToSqlAsync(monitor.Id, points, point => TimeSpan.FromSeconds(Tenths.ToTime(point.At) < At(12, 0) ? 60 : 600));
        await using var scope = host.Scope();
        var stats = await scope.ServiceProvider.GetRequiredService<StatsReader>().ReadAsync(Watched.Of(monitor), First, TimeSpan.FromHours(1), TestContext.Current.CancellationToken);
        Assert.Equal((792, 1, 0), ((int)stats.Total.Checks.Checks, stats.Total.Availability.Uptime, stats.Total.Availability.Unknown.TotalSeconds));
        Assert.Equal([60, 6], new[] { 11, 12 }.Select(hour => (int)stats.Buckets[hour].Checks.Checks));
    }

    [Fact]
    public async Task MaintenanceInsideAnIncident()
    {
        await using var host = await SeededHistory.StartAsync(api, Now);
        var monitor = await host.AddMonitorAsync(Day, 60);
        await CheckAsync(host, monitor, (Day, Now));
        await host.AddIncidentAsync(monitor.Id, At(3, 0), At(6, 0));
        await host.AddSpanAsync(monitor.Id, SpanKind.Maintenance, At(4, 0), At(5, 0));
        var day = await OfAsync(host, monitor, First);
        Assert.Equal((7200, 3600), (day.Down.TotalSeconds, day.Maintenance.TotalSeconds));
        Assert.Equal(0.91304, Math.Round(day.Uptime!.Value, 5));
    }

    private static Task CheckAsync(ApiHost host, UptimeMonitor monitor, params (DateTimeOffset From, DateTimeOffset To)[] times) =>
        host.AddToSqlAsync(monitor.Id, [.. times.SelectMany(time => Slots(monitor, time.From, time.To, monitor.IntervalSec))], _ => TimeSpan.FromSeconds(monitor.IntervalSec));

    private static IEnumerable<ResultPoint> Slots(UptimeMonitor monitor, DateTimeOffset from, DateTimeOffset to, int interval)
    {
        for (var at = Cadence.Next(monitor.Id, from.ToUnixTimeMilliseconds() - 1, TimeSpan.FromSeconds(interval)); at < to.ToUnixTimeMilliseconds(); at += interval * 1000)
            yield return new ResultPoint(at / 100, 20);
    }

    private static DateTimeOffset Slot(UptimeMonitor monitor, DateTimeOffset after) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Cadence.Next(monitor.Id, after.ToUnixTimeMilliseconds(), TimeSpan.FromSeconds(monitor.IntervalSec)));

    private static async Task<Availability> OfAsync(ApiHost host, UptimeMonitor monitor, Span range)
    {
        await using var scope = host.Scope();
        return (await scope.ServiceProvider.GetRequiredService<StatsReader>().ReadAsync(Watched.Of(monitor), range, StatsReader.OneDay, TestContext.Current.CancellationToken)).Total.Availability;
    }
}

[Collection(nameof(PostgresApi))]
public sealed class PostgresExamplesOfTheDocumentationTests(PostgresApi api) : ExamplesOfTheDocumentationTests(api);

[Collection(nameof(SqliteApi))]
public sealed class SqliteExamplesOfTheDocumentationTests(SqliteApi api) : ExamplesOfTheDocumentationTests(api);
