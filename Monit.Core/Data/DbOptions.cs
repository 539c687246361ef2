using Microsoft.EntityFrameworkCore;

namespace Monit.Core.Data;

/// <summary>How Monit talks to each database; the same for services, tests and migrations.</summary>
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
