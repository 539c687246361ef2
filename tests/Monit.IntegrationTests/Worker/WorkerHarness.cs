using System.Collections.Concurrent;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Monit.Alerts.Contract;
using Monit.Core.Alerts;
using Monit.Core.Checks.Reports;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Core.Users;
using Monit.ServiceDefaults;
using Monit.Storage;
using Monit.Storage.Schedule;
using Monit.Storage.Sql;
using Monit.Storage.Sync;
using Monit.Testing;
using Monit.Worker;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Worker;

/// <summary>The complete worker on real stores, with short intervals.</summary>
internal sealed class WorkerHarness : IAsyncDisposable
{
    private static readonly Dictionary<string, string?> Fast = new()
    {
        ["Scheduler:Interval"] = "00:00:00.020",
        ["Reclaimer:Interval"] = "00:00:00.050",
        ["ResultProcessor:RetryDelay"] = "00:00:00.100",
        ["ResultProcessor:FailureThreshold"] = "2",
        ["Reconciler:GapInterval"] = "00:00:00.100",
        ["Reconciler:IncidentInterval"] = "00:00:00.200",
        ["Network:AllowPrivateTargets"] = "true",
        ["Shutdown:Timeout"] = "00:00:10",
    };

    private readonly IHost _host;
    private readonly Guid _user = Guid.CreateVersion7();

    private WorkerHarness(IHost host) => _host = host;

    public CapturedAlerts Alerts => (CapturedAlerts)_host.Services.GetRequiredService<IAlertsApi>();
    public LogCapture Log { get; private init; } = null!;
    public IServiceProvider Services => _host.Services;
    public RedisSchedule Schedule => _host.Services.GetRequiredService<RedisSchedule>();
    public MonitorSync Sync => _host.Services.GetRequiredService<MonitorSync>();

    /// <param name="database">A migrated database, of SQLite if it begins with <c>Data Source=</c>; null: a new one on PostgreSQL.</param>
    /// <param name="configure">Called last, so its registrations take precedence.</param>
    /// <param name="redis">A server of the test's own; null: the shared one, with a new key prefix.</param>
    public static async Task<WorkerHarness> CreateAsync(
        LocalStores stores, string? database = null, string? redis = null, string? prefix = null,
        Dictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null,
        Action<IHostApplicationBuilder>? configure = null)
    {
        database ??= await stores.NewDatabaseAsync();
        var connection = await ConnectAsync(redis ?? await stores.RedisConnectionStringAsync());
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(Fast);
        builder.Configuration.AddInMemoryCollection([new("Scheduling:KeyPrefix", prefix ?? LocalStores.NewPrefix())]);
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        var log = new LogCapture();
        builder.Logging.SetMinimumLevel(LogLevel.Debug).AddFilter("Microsoft", LogLevel.Warning).AddProvider(log);
        builder.Services.AddSingleton(connection);
        AddDatabase(builder.Services, database);
        builder.Services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        builder.AddMonitStorage();
        builder.AddMonitWorker();
        builder.Services.AddSingleton<IAlertsApi>(new CapturedAlerts());
        services?.Invoke(builder.Services);
        configure?.Invoke(builder);
        var host = builder.Build();
        var harness = new WorkerHarness(host) { Log = log };
        await harness.Sql(async db =>
        {
            db.Users.Add(new User { Id = harness._user, Name = "t", Email = $"{harness._user}@example.com", PasswordHash = "-", CreatedAt = DateTimeOffset.UnixEpoch });
            await db.SaveChangesAsync();
            return true;
        });
        return harness;
    }

    public static void AddDatabase(IServiceCollection services, string database)
    {
        if (database.StartsWith("Data Source=", StringComparison.Ordinal))
            services.AddMonitDb<SqliteMonitDb>(o => o.UseMonitSqlite(database));
        else
            services.AddMonitDb<PostgresMonitDb>(o => o.UseMonitPostgres(database));
    }

    public static async Task<WorkerHarness> StartAsync(
        LocalStores stores, string? database = null, string? redis = null, string? prefix = null,
        Dictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null,
        Action<IHostApplicationBuilder>? configure = null)
    {
        var harness = await CreateAsync(stores, database, redis, prefix, settings, services, configure);
        await harness.StartAsync();
        return harness;
    }

    public Task StartAsync() => _host.StartAsync(TestContext.Current.CancellationToken);

    public Task StopAsync() => _host.StopAsync(CancellationToken.None);

    public async Task<UptimeMonitor> AddAsync(string url, int intervalSec = 1, int timeoutSec = 1, int status = 200, bool sync = true,
        Action<UptimeMonitor>? change = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        var monitor = new UptimeMonitor
        {
            Id = Guid.CreateVersion7(now), UserId = _user, Url = url, IntervalSec = intervalSec, TimeoutSec = timeoutSec,
            ExpectedStatus = status, CreatedAt = now, UpdatedAt = now,
        };
        change?.Invoke(monitor);
        await Sql(async db =>
        {
            db.Monitors.Add(monitor);
            await db.SaveChangesAsync();
            return true;
        });
        if (sync)
            await Sync.SyncAsync([monitor.Id], TimeSpan.Zero);
        return monitor;
    }

    /// <summary>Changes a monitor as the API does, with a new version.</summary>
    public Task ChangeAsync(Guid id, Action<UptimeMonitor> change, bool sync = true) => Sql(async db =>
    {
        var monitor = await db.Monitors.SingleAsync(m => m.Id == id);
        change(monitor);
        monitor.Version++;
        await db.SaveChangesAsync();
        if (sync)
            await Sync.SyncAsync([id], TimeSpan.Zero);
        return true;
    });

    public async Task<T> Sql<T>(Func<MonitDb, Task<T>> query)
    {
        await using var db = await _host.Services.GetRequiredService<IDbContextFactory<MonitDb>>().CreateDbContextAsync();
        return await query(db);
    }

    public Task<List<MonitorIncident>> IncidentsAsync(Guid id) =>
        Sql(db => db.Incidents.AsNoTracking().Where(i => i.MonitorId == id).OrderBy(i => i.StartTime).ToListAsync());

    /// <summary>What is kept of the checks of a monitor's incident.</summary>
    public async Task<Dictionary<EvidenceKind, CheckReport>> EvidenceAsync(Guid incident) =>
        (await Sql(db => db.Evidence.AsNoTracking().Where(e => e.IncidentId == incident).ToListAsync())).ToDictionary(e => e.Kind, e => EvidenceFile.Decode(e.Data)!);

    public Task<List<Alert>> AlertsAsync(Guid id) =>
        Sql(db => db.Alerts.AsNoTracking().Where(a => a.MonitorId == id).OrderBy(a => a.CreatedAt).ToListAsync());

    public async Task<MonitorView> ViewAsync(Guid id) => (await Schedule.ViewAsync([id]))[0];

    public Task<MonitorView> StateAsync(Guid id, MonitorState state) =>
        Eventually.Get(() => ViewAsync(id), view => view.Status?.State == state, $"monitor is {state}");

    /// <summary>Waits until a monitor that is added now has been checked: what was due before it has been requested by then.</summary>
    public async Task SettleAsync()
    {
        await using var later = new ScriptedTarget();
        await StateAsync((await AddAsync(later.Url, intervalSec: 3600)).Id, MonitorState.Up);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        var redis = _host.Services.GetRequiredService<IConnectionMultiplexer>();
        _host.Dispose();
        await redis.DisposeAsync();
    }

    // Configured like the services: commands fail at once while the server is unavailable, and no admin commands.
    private static async Task<IConnectionMultiplexer> ConnectAsync(string connection)
    {
        var options = ConfigurationOptions.Parse(connection);
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.AllowAdmin = false;
        return await ConnectionMultiplexer.ConnectAsync(options);
    }

    /// <summary>Records the alerts that the dispatchers send.</summary>
    internal sealed class CapturedAlerts : IAlertsApi
    {
        public ConcurrentQueue<Guid> Ids { get; } = new();

        public Task<AlertAccepted> SendAsync(SendAlert alert, CancellationToken ct = default)
        {
            Ids.Enqueue(alert.AlertId);
            return Task.FromResult(new AlertAccepted(alert.AlertId, "pending"));
        }
    }

    internal sealed class LogCapture : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<(LogLevel Level, string Message)> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue((logLevel, formatter(state, exception) + exception));
        public void Dispose()
        {
        }
    }
}
