using System.Reflection;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.KeyManagement.Internal;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Monit.Core.Checks;
using Monit.Core.Checks.Settings;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.ServiceDefaults.KeyRing;
using Monit.IntegrationTests.Scheduling;
using Monit.Storage.Secrets;
using Monit.Testing;
using Secret = Monit.Core.Checks.Settings.Secret;

namespace Monit.IntegrationTests.Worker;

/// <summary>Secrets whose keys are missing or that are for somebody else are Monit's trouble; keys made by another process are found.</summary>
public abstract class SecretsThatCannotBeOpenedAreNoOutageTests(LocalStores stores, GarnetHost? garnet) : CheckSuite(stores, garnet)
{
    private const string Url = "https://target.invalid/";
    private const string Key = "a key of the tests with 32 characters";

    [Theory]
    [InlineData("other keys", "restore them (see \"Backup\"")]
    [InlineData("other origin", "for another scheme, host or port than its URL")]
    [InlineData("incomplete", "are incomplete")]
    [InlineData("no key", "DataProtection:Key is missing at this worker")]
    public async Task Trouble_IsShown_LoggedOnce_AndNobodyElses(string trouble, string advice)
    {
        await using var worker = await StartAsync(services: services =>
        {
            if (trouble == "no key")
                services.AddSingleton<IDataProtectionProvider>(new NoKeys());
        });
        var own = new SecretVault(worker.Services.GetRequiredService<IDataProtectionProvider>());
        var sealedSecrets = trouble switch
        {
            "other origin" => own.Seal("https://elsewhere.invalid:443", Token("secret")),
            "incomplete" => own.Seal(Secrets.OriginOf(Url), new Dictionary<string, string> { ["request.headers.other"] = "secret" }),
            _ => new SecretVault(new EphemeralDataProtectionProvider()).Seal(Secrets.OriginOf(Url), Token("secret")),
        };
        var ids = new List<Guid>();
        for (var i = 0; i < 3; i++)
            ids.Add((await AddAsync(worker, sealedSecrets)).Id);
        var other = await worker.AddAsync(Url + "other");
        await worker.StateAsync(other.Id, MonitorState.Up);

        foreach (var id in ids)
        {
            var view = await Eventually.Get(() => worker.ViewAsync(id), view => view.Status is not null, "it is shown", 30);
            Assert.Equal((FailureReason.CheckError, default(IncidentState)), (view.Status!.Value.Reason, view.Incident));
            Assert.Contains(advice, view.Status.Value.Detail, StringComparison.Ordinal);
            Assert.Empty(await worker.IncidentsAsync(id));
        }
        Assert.DoesNotContain(Probe.Checks, check => check.Config.Url == Url);
        Assert.Single(worker.Log.Lines, line => line.Level >= LogLevel.Warning && line.Message.Contains(advice, StringComparison.Ordinal));
        var health = await worker.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);
        Assert.Contains(advice, health.Entries["secrets"].Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeyThatAnotherProcessMakes_IsFound()
    {
        await using var worker = await StartAsync(new() { ["DataProtection:Key"] = Key }, configure: AddKeys);
        var ring = worker.Services.GetRequiredService<IKeyRingProvider>();
        ring.GetCurrentKeyRing();
        // ASP.NET looks for unknown keys in the first two minutes, and then once a day.
        ring.GetType().GetProperty("AutoRefreshWindowEnd", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)!.SetValue(ring, DateTime.MinValue);

        var api = Host.CreateEmptyApplicationBuilder(null);
        api.Configuration["DataProtection:Key"] = Key;
        WorkerHarness.AddDatabase(api.Services, Database);
        AddKeys(api);
        api.Services.AddSingleton<SecretVault>();
        using var host = api.Build();
        var now = TimeProvider.System.GetUtcNow();
        host.Services.GetRequiredService<IKeyManager>().CreateNewKey(now, now.AddDays(90));
        var sealedSecrets = host.Services.GetRequiredService<SecretVault>().Seal(Secrets.OriginOf(Url), Token("secret"));
        var old = worker.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("Monit.Monitors.Secrets.v1");
        Assert.Throws<System.Security.Cryptography.CryptographicException>(() => old.Unprotect(sealedSecrets!));
        var monitor = await AddAsync(worker, sealedSecrets);

        await worker.StateAsync(monitor.Id, MonitorState.Up);
        Assert.Equal("secret", Probe.Checks.Last().Config.Settings.Request!.Headers!["X-Key"]);
    }

    private static void AddKeys(IHostApplicationBuilder builder)
    {
        builder.Services.RemoveAll<IDataProtectionProvider>();
        builder.AddMonitDataProtection();
    }

    private static Task<UptimeMonitor> AddAsync(WorkerHarness worker, string? sealedSecrets) => worker.AddAsync(Url, change: monitor =>
        (monitor.Settings, monitor.SealedSecrets) = (new CheckSettings
        {
            Request = new RequestSettings { Headers = new Dictionary<string, string> { ["X-Key"] = Secret.Mask }, SecretHeaders = ["X-Key"] },
        }, sealedSecrets));

    private static Dictionary<string, string> Token(string value) => new() { ["request.headers.x-key"] = value };

    private sealed class NoKeys : IDataProtectionProvider
    {
        public IDataProtector CreateProtector(string purpose) => throw new InvalidOperationException("DataProtection:Key must have at least 32 characters");
    }
}

public sealed class SecretTroubleOnPostgresAndRedis(LocalStores stores) : SecretsThatCannotBeOpenedAreNoOutageTests(stores, null);
public sealed class SecretTroubleOnSqliteAndGarnet(LocalStores stores, GarnetHost garnet) : SecretsThatCannotBeOpenedAreNoOutageTests(stores, garnet);
