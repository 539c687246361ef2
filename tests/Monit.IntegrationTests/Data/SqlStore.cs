using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Monit.Storage.Sql;
using Monit.Testing;

namespace Monit.IntegrationTests.Data;

/// <summary>A migrated database for one test.</summary>
public sealed class SqlStore : IAsyncDisposable
{
    private readonly string? _folder;

    private SqlStore(IDbContextFactory<MonitDb> factory, string? folder = null) => (Factory, _folder) = (factory, folder);

    public IDbContextFactory<MonitDb> Factory { get; }

    public static async Task<SqlStore> PostgresAsync(LocalStores stores) =>
        new(FactoryOf(new DbContextOptionsBuilder<PostgresMonitDb>().UseMonitPostgres(await stores.NewDatabaseAsync()).Options));

    /// <summary>A file in WAL mode.</summary>
    public static async Task<SqlStore> SqliteAsync()
    {
        var folder = Directory.CreateTempSubdirectory("monit-sqlite-").FullName;
        var store = new SqlStore(
            FactoryOf(new DbContextOptionsBuilder<SqliteMonitDb>().UseMonitSqlite($"Data Source={folder}/monit.db").Options), folder);
        await using var db = store.Factory.CreateDbContext();
        await db.Database.MigrateAsync();
        await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL");
        return store;
    }

    public ValueTask DisposeAsync()
    {
        if (_folder is not null)
        {
            SqliteConnection.ClearAllPools();
            Directory.Delete(_folder, recursive: true);
        }
        return ValueTask.CompletedTask;
    }

    private static MonitDbFactory<T> FactoryOf<T>(DbContextOptions<T> options) where T : MonitDb =>
        new(new PooledDbContextFactory<T>(options));
}
