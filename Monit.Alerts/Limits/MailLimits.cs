using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Monit.Storage.Resilience;
using Monit.Storage.Sql;

namespace Monit.Alerts.Limits;

/// <summary>Counts the mails of a day in SQL, so that restarts and other instances do not matter. A day is one of UTC.</summary>
internal sealed class MailLimits(
    IDbContextFactory<MonitDb> dbs, StoreResilience resilience, TimeProvider time, IOptions<LimitOptions> options)
{
    private int _tidiedOn;

    /// <summary>When the counts start again.</summary>
    public DateTimeOffset NextDay => DateTimeOffset.UnixEpoch.AddDays(Today + 1);

    private int Today => (int)(time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalDays;

    /// <summary>Counts an alert's mail, if account and recipient may have another one today.</summary>
    /// <returns>What has been counted; null if a limit is reached.</returns>
    public Task<Taken?> TryTakeAsync(Guid account, string recipient, CancellationToken ct) => RunAsync(async (db, token) =>
    {
        await using var transaction = await db.Database.BeginTransactionAsync(token);
        var taken = await TryTakeAsync(db, account, recipient, confirmation: false, token);
        if (taken is not null)
            await transaction.CommitAsync(token);
        return taken;
    }, ct);

    /// <summary>
    /// As above, in the caller's transaction, which must be rolled back if the answer is null. Until it ends, no other one
    /// counts for the same account or recipient.
    /// </summary>
    public async Task<Taken?> TryTakeAsync(MonitDb db, Guid account, string recipient, bool confirmation, CancellationToken ct)
    {
        var limits = options.Value;
        // Accounts before recipients, so that two transactions cannot wait for each other.
        List<(string Key, int Limit)> counts = [($"account:{account}", limits.MailsPerAccount), (Of(recipient), limits.MailsPerRecipient)];
        if (confirmation)
            counts.Insert(1, ($"confirm:{account}", limits.ConfirmationsPerAccount));
        var taken = new Taken(Today, [.. counts.Select(count => count.Key)]);
        foreach (var (key, limit) in counts)
            if (await db.Database.ExecuteSqlAsync($"""
                INSERT INTO mail_counts AS m (day, "key", count) VALUES ({taken.Day}, {key}, 1)
                ON CONFLICT (day, "key") DO UPDATE SET count = m.count + 1 WHERE {limit} = 0 OR m.count < {limit}
                """, ct) == 0)
                return null;
        return taken;
    }

    /// <summary>Takes back a count, as the mail was not sent.</summary>
    public Task GiveBackAsync(Taken taken, CancellationToken ct) => RunAsync((db, token) =>
        db.MailCounts.Where(c => c.Day == taken.Day && taken.Keys.Contains(c.Key) && c.Count > 0)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.Count, c => c.Count - 1), token), ct);

    /// <summary>Lets no other transaction count for the recipient until the caller's ends.</summary>
    public Task LockAsync(MonitDb db, string recipient, CancellationToken ct) => db.Database.ExecuteSqlAsync($"""
        INSERT INTO mail_counts AS m (day, "key", count) VALUES ({Today}, {Of(recipient)}, 0)
        ON CONFLICT (day, "key") DO UPDATE SET count = m.count
        """, ct);

    /// <summary>Deletes the counts of past days, once a day.</summary>
    public async Task TidyAsync(CancellationToken ct)
    {
        var yesterday = Today - 1;
        if (_tidiedOn == yesterday)
            return;
        await RunAsync((db, token) => db.MailCounts.Where(c => c.Day < yesterday).ExecuteDeleteAsync(token), ct);
        _tidiedOn = yesterday;
    }

    private static string Of(string recipient) => $"to:{recipient}";

    private Task<T> RunAsync<T>(Func<MonitDb, CancellationToken, Task<T>> query, CancellationToken ct) =>
        resilience.RunAsync(async token =>
        {
            await using var db = await dbs.CreateDbContextAsync(token);
            return await query(db, token);
        }, ct);
}

/// <summary>Where a mail has been counted.</summary>
internal sealed record Taken(int Day, string[] Keys);
