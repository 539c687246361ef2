using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Monit.Alerts;
using Monit.Alerts.Contract;

namespace Monit.IntegrationTests.Alerts;

/// <summary>Monit.Alerts on a free port, with short intervals and a captured log.</summary>
internal sealed class AlertsHost : IAsyncDisposable
{
    public const string Key = "0123456789abcdef0123456789abcdef";
    private readonly WebApplication _app;
    private int _ended;

    private AlertsHost(WebApplication app, ConcurrentQueue<string> log)
    {
        _app = app;
        Log = log;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        Client.DefaultRequestHeaders.Add(IAlertsApi.KeyHeader, Key);
    }

    /// <summary>A client with the correct key.</summary>
    public HttpClient Client { get; }
    public IAlertsApi Api => Refit.RestService.For<IAlertsApi>(Client);
    public IAlertsApi InProcess => _app.Services.GetRequiredService<IAlertsApi>();
    public ConcurrentQueue<string> Log { get; }

    /// <summary>What the health check says about the delivery of alerts.</summary>
    public async Task<HealthReportEntry> HealthAsync() =>
        (await _app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken)).Entries["alerts"];

    /// <param name="smtpPort">Null: no SMTP host.</param>
    public static async Task<AlertsHost> StartAsync(
        Action<IServiceCollection> addDatabase, int? smtpPort, params (string Name, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var log = new ConcurrentQueue<string>();
        builder.Logging.ClearProviders().AddProvider(new LogCollector(log)).SetMinimumLevel(LogLevel.Information);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Alerts:Key"] = Key,
            // Tests about either set it.
            ["Alerts:ConfirmAddresses"] = "false",
            ["Alerts:MailsPerAccount"] = "0",
            ["Alerts:MailsPerRecipient"] = "0",
            ["Alerts:SweepInterval"] = "00:00:00.050",
            ["Alerts:RetryDelay"] = "00:00:00.010",
            ["Alerts:MaxRetryDelay"] = "00:00:00.050",
            ["Smtp:Host"] = smtpPort is null ? null : "127.0.0.1",
            ["Smtp:Port"] = (smtpPort ?? 25).ToString(CultureInfo.InvariantCulture),
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value)));
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        addDatabase(builder.Services);
        builder.AddMonitAlerts();
        builder.Services.AddInProcessAlertsApi();
        var app = builder.Build();
        app.MapMonitAlerts();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new AlertsHost(app, log);
    }

    public Task StopAsync() => _app.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        // Tests may dispose a host before the fixture does.
        if (Interlocked.Exchange(ref _ended, 1) == 1)
            return;
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private sealed class LogCollector(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");
        public void Dispose()
        {
        }
    }
}
