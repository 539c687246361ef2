using Microsoft.EntityFrameworkCore;
using Monit.Storage.Sql;

namespace Monit.LoadTest;

/// <summary>The PostgreSQL of a run.</summary>
internal sealed class Databases(string connection) : IDbContextFactory<MonitDb>
{
    private readonly DbContextOptions<PostgresMonitDb> _options = new DbContextOptionsBuilder<PostgresMonitDb>().UseMonitPostgres(connection).Options;

    public MonitDb CreateDbContext() => new PostgresMonitDb(_options);
}
