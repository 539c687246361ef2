using System.Data.Common;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.EntityFrameworkCore;
using Monit.ServiceDefaults.Http;
using Monit.Storage.Sql;

namespace Monit.Api.Auth;

/// <summary>Prints the setup token while the first account needs it: to the console alone, never to a log.</summary>
internal sealed class SetupNotice(SetupToken token, IServer server, IDbContextFactory<MonitDb> dbs) : IHostedLifecycleService
{
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (!token.IsRequired || await HasAccountsAsync(cancellationToken))
            return;
        var link = ListenAddresses.Link(server);
        Console.WriteLine($"There is no account yet. The first one needs the setup token {token.Value}");
        Console.WriteLine($"Send it as setup_token to {link}/api/v1/users/register; {link}/docs shows how");
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<bool> HasAccountsAsync(CancellationToken ct)
    {
        try
        {
            await using var db = await dbs.CreateDbContextAsync(ct);
            return await db.Users.AnyAsync(ct);
        }
        // Better printed once too often than missing.
        catch (DbException)
        {
            return false;
        }
    }
}
