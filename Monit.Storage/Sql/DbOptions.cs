using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Monit.Storage.Resilience;

namespace Monit.Storage.Sql;

/// <summary>The EF Core options of each database, used by services, tests and migrations.</summary>
public static class DbOptions
{
    public static DbContextOptionsBuilder<T> UseMonitPostgres<T>(this DbContextOptionsBuilder<T> options, string connectionString)
        where T : DbContext
    {
        ((DbContextOptionsBuilder)options).UseMonitPostgres(connectionString);
        return options;
    }

    public static DbContextOptionsBuilder UseMonitPostgres(this DbContextOptionsBuilder options, string connectionString) =>
        options.UseNpgsql(connectionString).UseSnakeCaseNamingConvention();

    public static DbContextOptionsBuilder<T> UseMonitSqlite<T>(this DbContextOptionsBuilder<T> options, string connectionString)
        where T : DbContext
    {
        ((DbContextOptionsBuilder)options).UseMonitSqlite(connectionString);
        return options;
    }

    /// <summary>Writes of all contexts with these options queue for SQLite's write lock; see <see cref="SqliteWriteQueue"/>.</summary>
    public static DbContextOptionsBuilder UseMonitSqlite(this DbContextOptionsBuilder options, string connectionString) =>
        options.UseSqlite(new SqliteConnectionStringBuilder(connectionString) { DefaultTimeout = SqliteWriteQueue.NoWait }.ConnectionString)
            .AddInterceptors(new SqliteWriteQueue(TimeProvider.System)).UseSnakeCaseNamingConvention();
}
