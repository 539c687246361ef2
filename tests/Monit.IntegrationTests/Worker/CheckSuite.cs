using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Monit.Core.Checks.Assertions;
using Monit.Core.Checks.Settings;
using Monit.IntegrationTests.Alerts;
using Monit.IntegrationTests.Scheduling;
using Monit.Probes.Runs;
using Monit.Testing;

namespace Monit.IntegrationTests.Worker;

/// <summary>A worker with a probe of the test's, on the stores of each form.</summary>
/// <param name="garnet">Null: on redis-server and PostgreSQL; else on it and SQLite.</param>
public abstract class CheckSuite(LocalStores stores, GarnetHost? garnet) : IDisposable
{
    private readonly SqliteFile? _file = garnet is null ? null : new();

    internal AnsweringProbe Probe { get; } = new();

    /// <summary>Of this test's workers.</summary>
    internal string Database { get; private set; } = "";

    internal async Task<WorkerHarness> StartAsync(
        Dictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null, Action<IHostApplicationBuilder>? configure = null)
    {
        if (_file is not null)
            await _file.MigrateAsync();
        Database = _file?.Connection ?? await stores.NewDatabaseAsync();
        return await WorkerHarness.StartAsync(stores, Database, garnet?.ConnectionString, settings: settings, configure: configure, services: all =>
        {
            all.RemoveAll<IProbe>().AddSingleton<IProbe>(Probe);
            services?.Invoke(all);
        });
    }

    internal static CheckSettings Asserting(params string[] assertions) => new()
    {
        Assertions = [.. assertions.Select(text => ShortForm.TryParse(text, out var assertion, out var problem) ? assertion : throw new ArgumentException(problem))],
    };

    public void Dispose()
    {
        _file?.Dispose();
        GC.SuppressFinalize(this);
    }
}
