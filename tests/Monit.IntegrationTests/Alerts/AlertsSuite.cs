using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Monit.ServiceDefaults;
using Monit.Storage.Sql;
using Monit.Testing;

namespace Monit.IntegrationTests.Alerts;

/// <summary>Tests of delivery that run on each database.</summary>
public abstract class AlertsSuite : AlertsFixture
{
    private readonly LocalStores? _postgres;
    private readonly SqliteFile? _sqlite;
    private string _connection = "";

    /// <param name="postgres">Null: on SQLite.</param>
    protected AlertsSuite(LocalStores? postgres)
    {
        _postgres = postgres;
        _sqlite = postgres is null ? new SqliteFile() : null;
    }

    private protected override async Task CreateDatabaseAsync()
    {
        if (_postgres is not null)
            _connection = await _postgres.NewDatabaseAsync();
        else
            await _sqlite!.MigrateAsync();
    }

    private protected override void DropDatabase() => _sqlite?.Dispose();

    private protected override void AddDatabase(IServiceCollection services)
    {
        if (_sqlite is not null)
            _sqlite.Add(services);
        else
            services.AddMonitDb<PostgresMonitDb>(options => options.UseMonitPostgres(_connection));
    }

    private protected override MonitDb NewDb() => _sqlite?.NewDb()
        ?? new PostgresMonitDb(new DbContextOptionsBuilder<PostgresMonitDb>().UseMonitPostgres(_connection).Options);
}
