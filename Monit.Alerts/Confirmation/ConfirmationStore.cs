using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Monit.Alerts.Limits;
using Monit.Alerts.Routing;
using Monit.Core.Alerts;
using Monit.Storage.Resilience;
using Monit.Storage.Sql;

namespace Monit.Alerts.Confirmation;

/// <summary>The addresses in SQL: whether they are confirmed, and which ones are to be asked.</summary>
internal sealed class ConfirmationStore(
    IDbContextFactory<MonitDb> dbs, StoreResilience resilience, MailLimits limits, TimeProvider time)
{
    private const int Page = 100;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMinutes(5);

    /// <summary>Whether an account's alerts may be sent to an address. If not, it will be asked, unless it has a link that is still good.</summary>
    /// <param name="recipient">A normalised address.</param>
    public Task<bool> IsConfirmedAsync(Guid userId, string recipient, CancellationToken ct) => RunAsync(async (db, token) =>
    {
        if (await db.AlertAddresses.Confirmed(userId).AnyAsync(a => a.Address == recipient, token))
            return true;
        await AlertAddresses.RequestAsync(db, userId, recipient, again: false, time.GetUtcNow(), token);
        return false;
    }, ct);

    /// <summary>How many addresses wait for a link.</summary>
    public Task<int> WaitingAsync(CancellationToken ct) => RunAsync((db, token) => Waiting(db).CountAsync(token), ct);

    public Task<List<Request>> DueAsync(CancellationToken ct) => RunAsync((db, token) => (
        from address in Waiting(db)
        join owner in db.Users on address.UserId equals owner.Id
        where address.AskAt <= time.GetUtcNow()
        orderby address.AskAt
        select new Request(address.UserId, address.Address, address.AskAt!.Value, address.AskedAt, owner.Email)).Take(Page).ToListAsync(token), ct);

    /// <summary>Makes a new link for an address, so that nobody else sends one, and the one before is void.</summary>
    /// <param name="lease">For so long nobody else tries.</param>
    /// <returns>Null if it must not be asked now, or somebody else does.</returns>
    public Task<Asking?> StartAsync(Request request, TimeSpan lease, CancellationToken ct) => RunAsync(async (db, token) =>
    {
        var now = time.GetUtcNow();
        var mine = Of(db, request);
        if (!await IsUsedAsync(db, request, token))
        {
            await PostponeAsync(mine, null, token);
            return null;
        }
        var link = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var hash = AlertAddress.HashOf(link);
        DateTimeOffset? later;
        await using (var transaction = await db.Database.BeginTransactionAsync(token))
        {
            var taken = await limits.TryTakeAsync(db, request.UserId, request.Address, confirmation: true, token);
            // Under the lock of the recipient's count, so that two accounts cannot both be the first.
            var last = await db.AlertAddresses.Where(a => a.Address == request.Address && a.AskedAt != null)
                .OrderByDescending(a => a.AskedAt).Select(a => a.AskedAt).FirstOrDefaultAsync(token);
            later = taken is null ? limits.NextDay : last + AlertAddress.AskInterval > now ? last + AlertAddress.AskInterval : null;
            if (later is null)
            {
                if (await mine.ExecuteUpdateAsync(set => set
                    .SetProperty(a => a.AskAt, now + lease)
                    .SetProperty(a => a.AskedAt, now)
                    .SetProperty(a => a.TokenHash, hash)
                    .SetProperty(a => a.TokenExpiresAt, now + AlertAddress.LinkLifetime), token) == 0)
                    return null;
                await transaction.CommitAsync(token);
                return new Asking(request, link, hash, taken!);
            }
        }
        await PostponeAsync(mine, later, token);
        return null;
    }, ct);

    /// <summary>Gives a request up: nothing can be sent to this address.</summary>
    public Task DropAsync(Request request, CancellationToken ct) => RunAsync((db, token) => PostponeAsync(Of(db, request), null, token), ct);

    /// <summary>Ends it: nothing more to do, or, if the mail was not sent, once more soon.</summary>
    public async Task EndAsync(Asking asking, bool sent, CancellationToken ct)
    {
        if (!sent)
            await limits.GiveBackAsync(asking.Taken, ct);
        DateTimeOffset? again = sent ? null : time.GetUtcNow() + RetryDelay;
        await RunAsync((db, token) => db.AlertAddresses
            .Where(a => a.UserId == asking.Request.UserId && a.Address == asking.Request.Address && a.TokenHash == asking.Hash)
            .ExecuteUpdateAsync(set =>
            {
                set.SetProperty(a => a.AskAt, again);
                if (!sent)
                    set.SetProperty(a => a.AskedAt, asking.Request.AskedAt);
            }, token), ct);
    }

    private static IQueryable<AlertAddress> Waiting(MonitDb db) => db.AlertAddresses.Where(a => a.AskAt != null && a.ConfirmedAt == null);

    private static IQueryable<AlertAddress> Of(MonitDb db, Request request) => db.AlertAddresses.Where(a =>
        a.UserId == request.UserId && a.Address == request.Address && a.AskAt == request.AskAt && a.ConfirmedAt == null);

    private static Task<int> PostponeAsync(IQueryable<AlertAddress> address, DateTimeOffset? to, CancellationToken ct) =>
        address.ExecuteUpdateAsync(set => set.SetProperty(a => a.AskAt, to), ct);

    // The monitor may have been deleted, or changed its address.
    private static async Task<bool> IsUsedAsync(MonitDb db, Request request, CancellationToken ct) =>
        (await db.Monitors.Where(m => m.UserId == request.UserId).Select(m => m.AlertEmail).Distinct().ToListAsync(ct))
            .Exists(own => AlertAddress.Normalize(Destination.AddressOf(own, request.OwnerEmail)) == request.Address);

    private Task<T> RunAsync<T>(Func<MonitDb, CancellationToken, Task<T>> query, CancellationToken ct) =>
        resilience.RunAsync(async token =>
        {
            await using var db = await dbs.CreateDbContextAsync(token);
            return await query(db, token);
        }, ct);
}

/// <summary>An address that is to be asked.</summary>
internal sealed record Request(Guid UserId, string Address, DateTimeOffset AskAt, DateTimeOffset? AskedAt, string OwnerEmail);

/// <summary>A link that is being sent.</summary>
internal sealed record Asking(Request Request, string Token, string Hash, Taken Taken);
