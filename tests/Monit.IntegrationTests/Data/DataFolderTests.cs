using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Monit.Standalone;
using Monit.Storage.Sql;

namespace Monit.IntegrationTests.Data;

/// <summary>Standalone's database after the first start.</summary>
public sealed class DataFolderTests
{
    [Fact]
    public async Task FirstStart_TurnsTheWriteAheadLogOn()
    {
        var path = Directory.CreateTempSubdirectory("monit-data-").FullName;
        using (var folder = DataFolder.Open(path))
        {
            folder.PrepareDatabase();
            await using var db = new SqliteMonitDb(new DbContextOptionsBuilder<SqliteMonitDb>().UseMonitSqlite(folder.ConnectionString).Options);
            await db.Database.MigrateAsync(TestContext.Current.CancellationToken);
            Assert.Equal("wal", (await db.Database.SqlQueryRaw<string>("PRAGMA journal_mode").ToListAsync(TestContext.Current.CancellationToken)).Single());
        }
        SqliteConnection.ClearAllPools();
        Directory.Delete(path, recursive: true);
    }
}
