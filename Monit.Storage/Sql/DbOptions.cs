using Microsoft.EntityFrameworkCore;

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

    public static DbContextOptionsBuilder UseMonitSqlite(this DbContextOptionsBuilder options, string connectionString) =>
        options.UseSqlite(connectionString).UseSnakeCaseNamingConvention();
}
