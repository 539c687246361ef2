using Microsoft.EntityFrameworkCore;

namespace Monit.Core.Data;

/// <summary>Lets services ask for <see cref="MonitDb"/>, whichever store is behind it.</summary>
public sealed class MonitDbFactory<T>(IDbContextFactory<T> factory) : IDbContextFactory<MonitDb>
    where T : MonitDb
{
    public MonitDb CreateDbContext() => factory.CreateDbContext();

    public async Task<MonitDb> CreateDbContextAsync(CancellationToken cancellationToken = default) =>
        await factory.CreateDbContextAsync(cancellationToken);
}
