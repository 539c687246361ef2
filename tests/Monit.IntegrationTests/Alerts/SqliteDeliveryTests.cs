using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Monit.ServiceDefaults;
using Monit.Storage.Sql;

namespace Monit.IntegrationTests.Alerts;

public sealed class SqliteDeliveryTests : DeliveryTests
{
    private readonly SqliteFile _file = new();

    private protected override Task CreateDatabaseAsync() => _file.MigrateAsync();
    private protected override void DropDatabase() => _file.Dispose();
    private protected override void AddDatabase(IServiceCollection services) => _file.Add(services);
    private protected override MonitDb NewDb() => _file.NewDb();
}

/// <summary>A migrated SQLite database in the temp folder.</summary>
internal sealed class SqliteFile : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("monit-alerts-").FullName;
    public string Connection => $"Data Source={_folder}/monit.db";

    public void Add(IServiceCollection services) =>
        services.AddMonitDb<SqliteMonitDb>(options => options.UseMonitSqlite(Connection));
    public MonitDb NewDb() =>
        new SqliteMonitDb(new DbContextOptionsBuilder<SqliteMonitDb>().UseMonitSqlite(Connection).Options);

    public async Task MigrateAsync()
    {
        await using var db = NewDb();
        await db.Database.MigrateAsync();
    }

    public void Dispose()
    {
        using (var connection = new SqliteConnection(Connection))
            SqliteConnection.ClearPool(connection);
        Directory.Delete(_folder, recursive: true);
    }
}
