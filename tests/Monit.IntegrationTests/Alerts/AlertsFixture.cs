using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Monit.Core.Alerts;
using Monit.Core.Checks.Assertions;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Core.Users;
using Monit.Storage.Sql;
using Monit.Testing;

namespace Monit.IntegrationTests.Alerts;

/// <summary>A database with rows as Monit.Worker writes them, a mail server, and instances of Monit.Alerts.</summary>
public abstract class AlertsFixture : IAsyncLifetime
{
    internal static readonly DateTimeOffset Start = new(2026, 3, 1, 10, 0, 0, TimeSpan.Zero);
    private readonly List<AlertsHost> _hosts = [];
    private Guid _owner;

    internal Guid Owner => _owner;

    /// <summary>The system's clock, or ahead of it; timers run as ever.</summary>
    internal ShiftedClock Clock { get; } = new();
    internal SmtpSink Smtp { get; } = new();
    internal static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await CreateDatabaseAsync();
        _owner = await NewUserAsync("owner@example.org");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
            await host.DisposeAsync();
        await Smtp.DisposeAsync();
        DropDatabase();
        GC.SuppressFinalize(this);
    }

    private protected abstract Task CreateDatabaseAsync();
    private protected abstract void DropDatabase();
    private protected abstract void AddDatabase(IServiceCollection services);
    private protected abstract MonitDb NewDb();

    private protected Task<AlertsHost> StartAsync(params (string, string)[] settings) => StartAsync(Smtp.Port, settings);

    private protected async Task<AlertsHost> StartAsync(int? smtpPort, params (string, string)[] settings)
    {
        var host = await AlertsHost.StartAsync(AddAll, smtpPort, settings);
        _hosts.Add(host);
        return host;
    }

    private void AddAll(IServiceCollection services)
    {
        services.AddSingleton<TimeProvider>(Clock);
        AddDatabase(services);
    }

    private protected async Task<Guid> NewUserAsync(string email)
    {
        await using var db = NewDb();
        var user = new User { Id = NewId(), Name = "Owner", Email = email, PasswordHash = "-", CreatedAt = Start };
        db.Users.Add(user);
        await db.SaveChangesAsync(Token);
        return user.Id;
    }

    /// <summary>Adds a monitor with an incident and its down alert.</summary>
    /// <param name="user">Null: the owner.</param>
    /// <param name="severity">Of its incident, and so of what its alert tells.</param>
    private protected async Task<Alert> SeedDownAsync(
        Action<UptimeMonitor>? change = null, Action<Alert>? changeAlert = null, Guid? user = null, Severity severity = Severity.Down, string? detail = null)
    {
        await using var db = NewDb();
        var monitor = new UptimeMonitor
        {
            Id = NewId(), UserId = user ?? _owner, Name = "Shop", Url = "https://shop.example/health", IntervalSec = 60,
            TimeoutSec = 15, CreatedAt = Start,
        };
        change?.Invoke(monitor);
        var incident = new MonitorIncident
        {
            Id = NewId(), MonitorId = monitor.Id, StartTime = Start, Alerted = true, Reason = "UNEXPECTED_STATUS",
            HttpStatus = 503, LatencyMs = 1234, CreatedAt = Start, Severity = severity, Detail = detail,
        };
        var alert = NewAlert(incident, severity == Severity.Degraded ? AlertKind.Degraded : AlertKind.Down, Start);
        changeAlert?.Invoke(alert);
        db.AddRange(monitor, incident, alert);
        await db.SaveChangesAsync(Token);
        return alert;
    }

    /// <summary>Ends the incident after 1 h 2 min 3 s, and adds its recovery alert.</summary>
    private protected async Task<Alert> SeedRecoveryAsync(Alert down)
    {
        await using var db = NewDb();
        var incident = await db.Incidents.SingleAsync(i => i.Id == down.IncidentId, Token);
        incident.EndTime = Start + new TimeSpan(1, 2, 3);
        var alert = NewAlert(incident, AlertKind.Recovery, incident.EndTime.Value);
        db.Alerts.Add(alert);
        await db.SaveChangesAsync(Token);
        return alert;
    }

    private protected async Task<Alert> LoadAsync(Guid id)
    {
        await using var db = NewDb();
        return await db.Alerts.SingleAsync(a => a.Id == id, Token);
    }

    private protected async Task<List<AlertAttempt>> AttemptsAsync(Guid id)
    {
        await using var db = NewDb();
        return await db.AlertAttempts.Where(a => a.AlertId == id).OrderBy(a => a.Number).ToListAsync(Token);
    }

    private protected async Task ChangeAsync(Guid id, Action<Alert> change)
    {
        await using var db = NewDb();
        change(await db.Alerts.SingleAsync(a => a.Id == id, Token));
        await db.SaveChangesAsync(Token);
    }

    private protected async Task<Alert> UntilAsync(Guid id, AlertStatus status)
    {
        await Eventually.Get(async () => (await LoadAsync(id)).Status, s => s == status, $"the alert is {status}");
        return await LoadAsync(id);
    }

    private protected static Guid NewId() => Guid.CreateVersion7();

    internal sealed class ShiftedClock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;
    }

    private static Alert NewAlert(MonitorIncident incident, AlertKind kind, DateTimeOffset at) => new()
    {
        Id = NewId(), IncidentId = incident.Id, MonitorId = incident.MonitorId, Kind = kind, Subject = Alert.AboutIncident(incident.Id),
        NextAttemptAt = at, CreatedAt = at,
    };
}
