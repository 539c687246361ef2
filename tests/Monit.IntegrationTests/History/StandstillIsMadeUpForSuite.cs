using System.Diagnostics.Metrics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Monit.Core.History;
using Monit.IntegrationTests.Data;
using Monit.Storage.Schedule;
using Monit.Testing;
using Monit.Worker.History;
using Monit.Worker.Telemetry;
using StackExchange.Redis;

namespace Monit.IntegrationTests.History;

/// <summary>The worker's stage: what was due while nobody ran is done in order, and before anything is removed.</summary>
public abstract class StandstillIsMadeUpForSuite(Func<Task<SqlStore>> create, Func<Task<IConnectionMultiplexer>> connect) : HistorySuite(create)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new(Noon(Day));
    private readonly string _prefix = LocalStores.NewPrefix();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<PipelineMetrics>().BuildServiceProvider();
    private IConnectionMultiplexer _redis = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _redis = await connect();
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _services.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <summary>Of one worker; several share Redis.</summary>
    private RollUpStage Stage()
    {
        var keys = new RedisKeys(Options.Create(new SchedulingOptions { KeyPrefix = _prefix }));
        return new RollUpStage(Days, Months, Retention, keys, _redis, _services.GetRequiredService<PipelineMetrics>(), _time,
            LoggerFactory.Create(logging => logging.AddProvider(Log)).CreateLogger<RollUpStage>());
    }

    [Fact]
    public async Task AfterTwoWeeks_AllIsRolledUp_ThenRemoved_AndMeasured()
    {
        var (rows, lags) = (0L, new List<double>());
        using var listener = new MeterListener { InstrumentPublished = (instrument, own) => { if (ReferenceEquals(instrument.Meter.Scope, _services.GetRequiredService<IMeterFactory>())) own.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => rows += instrument.Name == "monit.rollup.days" ? value : 0);
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => lags.Add(value));
        listener.Start();
        var monitor = await AddMonitorAsync(Minute);
        var results = Results(new Random(1), Noon(Day.AddDays(-2)), Noon(Day), Minute);
        // Nothing was recorded since; one window is still open.
        await AddAsync(monitor.Id, results, Minute, isOpen: true);

        _time.SetUtcNow(Noon(Day.AddDays(14)));
        await Stage().PassAsync(Ct);
        Assert.Equal(Counted(monitor.Id, results, Day.AddDays(-2), Day).Append(CountedMonth(monitor.Id, results, new DateOnly(2025, 2, 1))).Order(StringComparer.Ordinal), await RowsAsync());
        Assert.Equal(3, rows);
        Assert.Contains(lags, lag => lag > TimeSpan.FromDays(15).TotalSeconds);
        Assert.Equal(0, await ReadAsync(db => db.ResultChunks.CountAsync(Ct)));
        Assert.Equal(1, await ReadAsync(db => db.ResultWindows.CountAsync(Ct)));
        Assert.DoesNotContain(Log.Lines, line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task WhatCannotBeRead_HoldsUpNothingElse()
    {
        var (bad, good) = (await AddMonitorAsync(Minute), await AddMonitorAsync(Minute));
        var results = Results(new Random(2), Noon(Day), Noon(Day.AddDays(1)), Minute);
        await AddAsync(bad.Id, results, Minute);
        await AddAsync(good.Id, results, Minute);
        await ReadAsync(db => db.ResultChunks.Where(c => c.MonitorId == bad.Id).ExecuteUpdateAsync(set => set.SetProperty(c => c.Data, new byte[] { 9 }), Ct));
        await MarkAsync(Day.AddDays(-3), Day.AddDays(-1));

        _time.SetUtcNow(Noon(Day.AddDays(2)));
        await Stage().PassAsync(Ct);
        Assert.Equal(Counted(good.Id, results, Day, Day.AddDays(1)).Order(StringComparer.Ordinal), await RowsAsync());
        Assert.Equal(2, Log.Lines.Count(line => line.Level == LogLevel.Error));
    }

    [Fact]
    public async Task TwoWorkersAtOnce_DoTheSameAsOne()
    {
        var monitor = await AddMonitorAsync(Minute);
        var results = Results(new Random(3), Noon(Day), Noon(Day).AddHours(2), Minute);
        await AddAsync(monitor.Id, results, Minute);
        await MarkAsync(Day.AddDays(-3), Day.AddDays(-1));
        _time.SetUtcNow(Noon(Day).AddHours(13).AddMinutes(10));
        await Task.WhenAll(Stage().PassAsync(Ct), Stage().PassAsync(Ct));
        Assert.Equal(51 + 900, await ReadAsync(db => db.RollUps.CountAsync(Ct)));
        // The rest of the slices is not due yet.
        _time.SetUtcNow(Noon(Day).AddHours(14));
        await Stage().PassAsync(Ct);
        Assert.Equal(Counted(monitor.Id, results, Day, Day).Order(StringComparer.Ordinal), await RowsAsync());
    }
}
