using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Monit.Storage.Sql;

/// <summary>For <c>dotnet ef migrations add</c>; see docs/adr/0004.</summary>
internal sealed class PostgresDesignTimeFactory : IDesignTimeDbContextFactory<PostgresMonitDb>
{
    public PostgresMonitDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PostgresMonitDb>().UseMonitPostgres("Host=localhost").Options);
}

/// <inheritdoc cref="PostgresDesignTimeFactory"/>
internal sealed class SqliteDesignTimeFactory : IDesignTimeDbContextFactory<SqliteMonitDb>
{
    public SqliteMonitDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqliteMonitDb>().UseMonitSqlite("Data Source=:memory:").Options);
}
