using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Monit.Core.Checks.Assertions;
using Monit.Core.History;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Core.Users;
using Monit.IntegrationTests.Api;
using Monit.Storage.Sql;
using StackExchange.Redis;
using Grid = Monit.Core.History.Windows;

namespace Monit.IntegrationTests.History;

/// <summary>Writes histories as the recorder, the API and the roll-up leave them.</summary>
internal static class SeededHistory
{
    /// <summary>Long ago, so that a monitor's life begins with its creation.</summary>
    public static readonly DateTimeOffset Since = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>An API whose clock stands still; for readers, not for tokens.</summary>
    public static async Task<ApiHost> StartAsync(ApiFixture api, DateTimeOffset now)
    {
        var host = await api.StartAsync((WebApplicationBuilder builder) => builder.Services.AddSingleton<TimeProvider>(new StandingClock(now)));
        await host.SetSinceAsync(Since);
        return host;
    }

    public static Task SetSinceAsync(this ApiHost host, DateTimeOffset since) => host.DbAsync(db =>
        db.Settings.Where(s => s.Key == "history.since").ExecuteUpdateAsync(set => set.SetProperty(s => s.Value, $"{since.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}")));

    /// <summary>An id whose slots are at whole seconds, whatever the interval.</summary>
    public static Guid NewId()
    {
        for (; ; )
            if (Guid.CreateVersion7() is var id && Cadence.Hash(id) % 1000 == 0)
                return id;
    }

    public static async Task<UptimeMonitor> AddMonitorAsync(this ApiHost host, DateTimeOffset created, int intervalSec, DateTimeOffset? changed = null)
    {
        var owner = Guid.CreateVersion7();
        var monitor = new UptimeMonitor
        {
            Id = NewId(), UserId = owner, Url = "https://example.com/", IntervalSec = intervalSec, TimeoutSec = 1, CreatedAt = created, UpdatedAt = changed ?? created,
        };
        await host.DbAsync(async db =>
        {
            db.Users.Add(new User { Id = owner, Name = "Tester", Email = $"{owner}@example.com", PasswordHash = "-", CreatedAt = created });
            db.Monitors.Add(monitor);
            return await db.SaveChangesAsync();
        });
        return monitor;
    }

    public static Task AddIncidentAsync(this ApiHost host, Guid monitor, DateTimeOffset from, DateTimeOffset? to, Severity severity = Severity.Down) => host.DbAsync(async db =>
    {
        db.Incidents.Add(new MonitorIncident { Id = Guid.CreateVersion7(), MonitorId = monitor, StartTime = from, EndTime = to, CreatedAt = from, Reason = "TIMEOUT", Severity = severity });
        return await db.SaveChangesAsync();
    });

    public static Task AddSpanAsync(this ApiHost host, Guid monitor, SpanKind kind, DateTimeOffset from, DateTimeOffset? to) => host.DbAsync(async db =>
    {
        db.MonitorSpans.Add(new MonitorSpan { MonitorId = monitor, Kind = kind, FromTime = from, ToTime = to });
        return await db.SaveChangesAsync();
    });

    /// <summary>Results that SQL does not have yet.</summary>
    public static async Task AddToRedisAsync(this ApiHost host, Guid monitor, IReadOnlyList<ResultPoint> points)
    {
        if (points.Count == 0)
            return;
        var bytes = new byte[points.Count * RecentResults.Size];
        foreach (var (n, point) in points.Index())
            RecentResults.Write(bytes.AsSpan(n * RecentResults.Size), point);
        var key = host.Schedule.Keys.For(host.Schedule.Keys.ShardOf(monitor), "results");
        await host.App.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase().HashSetAsync(key, monitor.ToString(), bytes);
    }

    /// <summary>Files results as the recorder does: those of a window go into one chunk, the newest stay in the open window.</summary>
    /// <param name="intervalOf">The monitor's interval when a result was filed.</param>
    public static Task AddToSqlAsync(this ApiHost host, Guid monitor, IReadOnlyList<ResultPoint> points, Func<ResultPoint, TimeSpan> intervalOf) => host.DbAsync(async db =>
    {
        var windows = points.GroupBy(point => Grid.StartOf(monitor, point.At, Grid.Length(intervalOf(point))))
            .Select(window => new Window(window.Key, (long)intervalOf(window.Last()).TotalSeconds * 10, [.. window])).OrderBy(window => window.Start).ToList();
        foreach (var day in windows.Select(window => Tenths.DayOf(window.Start)).Distinct())
            await db.EnsureChunkPartitionAsync(day, default);
        foreach (var window in windows.SkipLast(1))
            db.ResultChunks.Add(new ResultChunk { MonitorId = monitor, Start = window.StartTime, Data = window.Encode() });
        if (windows.Count > 0)
            db.ResultWindows.Add(new ResultWindow { MonitorId = monitor, Start = windows[^1].StartTime, Data = windows[^1].Encode() });
        return await db.SaveChangesAsync();
    });

    /// <summary>Writes the rows of a day, with the mark of the monitor's slice.</summary>
    public static Task AddDayAsync(this ApiHost host, Guid monitor, DateOnly day, IReadOnlyList<ResultPoint> points, bool whole = true, bool mark = true) => host.DbAsync(async db =>
    {
        await db.EnsureDayPartitionsAsync(day, default);
        var sketch = SketchOf(points);
        var failed = points.Count(point => ResultCode.IsFailure(point.Code));
        if (points.Count > 0 && whole)
            db.ResultDays.Add(new ResultDay { MonitorId = monitor, Day = day, Checks = points.Count, Failed = failed, Latency = sketch.Encode() });
        if (points.Count > 0)
            db.ResultDaySummaries.Add(new ResultDaySummary { MonitorId = monitor, Day = day, Checks = points.Count, Failed = failed, Latency = SummaryOf(points) });
        var slice = Grid.SliceOf(monitor);
        if (mark && !await db.RollUps.AnyAsync(r => r.Day == day && r.Slice == slice))
            db.RollUps.Add(new RollUp { Day = day, Slice = slice });
        return await db.SaveChangesAsync();
    });

    public static LatencySketch SketchOf(IEnumerable<ResultPoint> points)
    {
        var sketch = new LatencySketch();
        foreach (var point in points)
            sketch.Add(point.Code);
        return sketch;
    }

    public static AsyncServiceScope Scope(this ApiHost host) => host.App.Services.CreateAsyncScope();

    // By rank, as the summary of a day is defined.
    private static byte[] SummaryOf(IReadOnlyList<ResultPoint> points)
    {
        var codes = points.Select(point => point.Code).Where(ResultCode.IsUp).Order().ToList();
        return codes.Count == 0 ? [] : [.. new[] { 0, 0.5, 0.95, 0.99, 1 }.Select(share => codes[Math.Clamp((int)Math.Ceiling(share * codes.Count), 1, codes.Count) - 1])];
    }

    private sealed class StandingClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
