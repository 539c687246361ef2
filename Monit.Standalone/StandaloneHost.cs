using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Options;
using Monit.Core;
using Monit.Core.Options;
using Monit.Alerts;
using Monit.Api;
using Monit.Api.Auth;
using Monit.Api.Users;
using Monit.ServiceDefaults;
using Monit.ServiceDefaults.KeyRing;
using Monit.Storage;
using Monit.Storage.Sql;
using Monit.Worker;
using StackExchange.Redis;

namespace Monit.Standalone;

/// <summary>The three services in one process, on stores of its own.</summary>
internal static class StandaloneHost
{
    private const string DefaultUrl = "http://127.0.0.1:8080";

    /// <summary>Where the data lies, by the same configuration that the services will see.</summary>
    public static string DataDirectory(string[] args) =>
        new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build()
            .GetSection("Standalone").Get<StandaloneOptions>()?.DataDirectory ?? new StandaloneOptions().DataDirectory;

    public static WebApplication Build(string[] args, DataFolder folder, EmbeddedRedis redis)
    {
        var keys = folder.LoadOrCreateKeys();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.AddServiceDefaults();
        // Whoever is alone with Monit need not be kept from sending mail to others.
        var local = ListenAddress.IsLoopback(builder.Configuration, DefaultUrl);
        // Below everything the user sets, above the services' own defaults.
        builder.Configuration.Sources.Insert(1, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                ["urls"] = DefaultUrl,
                ["Auth:Secret"] = keys.AuthSecret,
                ["Auth:Registration"] = nameof(Registration.FirstUserOnly),
                ["Alerts:Key"] = keys.AlertsKey,
                // The old name that a user has set counts for more than our default.
                ["Network:AllowPrivateTargets"] = builder.Configuration[NetworkOptions.OldName] ?? "true",
                ["Reconciler:RebuildPace"] = "500",
                // Its Redis lives in memory.
                ["History:MoveInterval"] = "00:00:01",
                ["History:MoveAtStop"] = "true",
                ["Alerts:ConfirmAddresses"] = local ? "false" : "true",
                ["Alerts:MailsPerAccount"] = local ? "0" : null,
                ["Alerts:MailsPerRecipient"] = local ? "0" : null,
                // Said in one line of our own.
                ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Warning",
            },
        });

        builder.Services.AddMonitDb<SqliteMonitDb>(options => options.UseMonitSqlite(folder.ConnectionString));
        builder.Services.AddHealthChecks().AddCheck<DatabaseHealthCheck>("database")
            .AddCheck("data-folder", new DataFolderHealthCheck(folder));
        builder.Services.AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(redis.ClientOptions));
        folder.PrepareDatabase();
        builder.Services.AddSchemaMigration();
        builder.AddMonitStorage();
        builder.AddMonitDataProtection(folder.CreateKeyRing());
        // Before the API, which may have a line to add.
        builder.Services.AddSingleton(folder).AddHostedService<StartLines>();
        builder.AddMonitApi();
        builder.AddMonitAlerts();
        builder.AddMonitWorker();
        builder.Services.AddInProcessAlertsApi();

        var app = builder.BuildValidated();
        app.MapDefaultEndpoints();
        // Without MapMonitAlerts: the worker asks for alerts in this process, and nobody outside may.
        app.MapMonitApi();
        return app;
    }

    /// <summary>Gives an account of the data folder a new password, also while Monit runs on it.</summary>
    /// <exception cref="StartException">There is no database, or no such account.</exception>
    public static Task ResetPasswordAsync(string[] args)
    {
        var database = DataFolder.FindDatabase(DataDirectory(args));
        return PasswordReset.RunAsync(args, builder => builder.Services.AddMonitDb<SqliteMonitDb>(options => options.UseMonitSqlite(database)));
    }

    /// <summary>Runs until it is told to stop.</summary>
    /// <exception cref="StartException">The data folder or its database is what keeps it from starting.</exception>
    public static async Task RunAsync(string[] args, DataFolder folder)
    {
        EmbeddedRedis? redis = null;
        WebApplication? app = null;
        try
        {
            try
            {
                redis = new EmbeddedRedis(folder.Path);
                app = Build(args, folder, redis);
                await StartAsync(app);
            }
            catch (Exception failure) when (folder.Explain(failure) is { } problem)
            {
                throw problem;
            }
            await app.WaitForShutdownAsync();
        }
        finally
        {
            if (app is not null)
                await app.DisposeAsync();
            redis?.Dispose();
        }
    }

    /// <summary>Starts all, or, where that fails (a port in use), stops in order what had started.</summary>
    public static async Task StartAsync(WebApplication app)
    {
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.StopAsync();
            throw;
        }
    }
}
