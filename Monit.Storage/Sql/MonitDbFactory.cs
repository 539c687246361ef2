using Microsoft.EntityFrameworkCore;

namespace Monit.Storage.Sql;

/// <summary>Creates the <see cref="MonitDb"/> of the configured database.</summary>
public sealed class MonitDbFactory<T>(IDbContextFactory<T> factory) : IDbContextFactory<MonitDb>
    where T : MonitDb
{
    public MonitDb CreateDbContext() => factory.CreateDbContext();

    public async Task<MonitDb> CreateDbContextAsync(CancellationToken cancellationToken = default) =>
        await factory.CreateDbContextAsync(cancellationToken);
}
