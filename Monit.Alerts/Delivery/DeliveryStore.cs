using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Monit.Core.Alerts;
using Monit.Storage.Resilience;
using Monit.Storage.Sql;

namespace Monit.Alerts.Delivery;

/// <summary>The alerts in SQL: finds due ones, claims them, and records results.</summary>
internal sealed class DeliveryStore(
    IDbContextFactory<MonitDb> dbs, StoreResilience resilience, TimeProvider time, IOptions<DeliveryOptions> options)
{
    public Task<AlertStatus?> StatusAsync(Guid id, CancellationToken ct) => RunAsync((db, token) =>
        db.Alerts.Where(a => a.Id == id).Select(a => (AlertStatus?)a.Status).SingleOrDefaultAsync(token), ct);

    /// <summary>A page of due alerts, oldest first.</summary>
    /// <param name="after">The last alert of the previous page; null for the first page.</param>
    public Task<List<DueAlert>> DueAsync(DueAlert? after, CancellationToken ct) => RunAsync((db, token) =>
    {
        var due = Due(db, time.GetUtcNow());
        if (after is var (lastId, lastAt))
            due = due.Where(a => a.NextAttemptAt > lastAt || (a.NextAttemptAt == lastAt && a.Id.CompareTo(lastId) > 0));
        return due.OrderBy(a => a.NextAttemptAt).ThenBy(a => a.Id).Take(options.Value.SweepPage)
            .Select(a => new DueAlert(a.Id, a.NextAttemptAt)).ToListAsync(token);
    }, ct);

    /// <summary>The recovery alert that waits for this down alert; null if there is none.</summary>
    public Task<Guid?> WaitingRecoveryAsync(Alert down, CancellationToken ct) => RunAsync((db, token) =>
        db.Alerts.Where(a => a.IncidentId == down.IncidentId && a.Destination == down.Destination
                && a.Kind == AlertKind.Recovery && a.Status == AlertStatus.Pending)
            .Select(a => (Guid?)a.Id).SingleOrDefaultAsync(token), ct);

    /// <summary>Claims an alert for <see cref="DeliveryOptions.SendLease"/>, in one conditional update.</summary>
    /// <returns>Null if it is not due, or claimed by another sender.</returns>
    public Task<Claim?> ClaimAsync(Guid id, CancellationToken ct) => RunAsync<Claim?>(async (db, token) =>
    {
        var now = time.GetUtcNow();
        // Truncated to microseconds, as both databases store it, since the token is compared for equality.
        var until = now.AddTicks(options.Value.SendLease.Ticks - now.Ticks % TimeSpan.TicksPerMicrosecond);
        await using var transaction = await db.Database.BeginTransactionAsync(token);
        var claimed = await Due(db, now).Where(a => a.Id == id).ExecuteUpdateAsync(set => set
            .SetProperty(a => a.Status, AlertStatus.Sending)
            .SetProperty(a => a.ClaimedUntil, until)
            .SetProperty(a => a.Attempts, a => a.Attempts + 1), token);
        if (claimed == 0)
            return null;
        var claim = await (
            from alert in db.Alerts.AsNoTracking()
            join incident in db.Incidents on alert.IncidentId equals incident.Id
            join monitor in db.Monitors on incident.MonitorId equals monitor.Id
            join owner in db.Users on monitor.UserId equals owner.Id
            where alert.Id == id
            select new Claim
            {
                Alert = alert,
                Incident = incident,
                Monitor = monitor,
                OwnerEmail = owner.Email,
                HasRecovery = db.Alerts.Any(r => r.IncidentId == incident.Id && r.Kind == AlertKind.Recovery),
            }).SingleAsync(token);
        await transaction.CommitAsync(token);
        return claim;
    }, ct);

    /// <summary>Ends a claim: writes the alert's new state and, if one was made, the attempt, in one transaction.</summary>
    /// <param name="retryAt">The time of the next attempt; null leaves it unchanged.</param>
    /// <returns>False, with nothing written, if the claim had expired and was taken over.</returns>
    public Task<bool> EndAsync(
        Claim claim, AlertStatus status, string? error, DateTimeOffset? retryAt, AlertAttempt? attempt) =>
        RunAsync(async (db, token) =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(token);
            var ours = await db.Alerts
                .Where(a => a.Id == claim.Alert.Id && a.Status == AlertStatus.Sending && a.ClaimedUntil == claim.Until)
                .ExecuteUpdateAsync(set => set
                    .SetProperty(a => a.Status, status)
                    .SetProperty(a => a.ClaimedUntil, (DateTimeOffset?)null)
                    .SetProperty(a => a.Attempts, claim.Alert.Attempts - (attempt is null ? 1 : 0))
                    .SetProperty(a => a.NextAttemptAt, retryAt ?? claim.Alert.NextAttemptAt)
                    .SetProperty(a => a.DeliveredAt, status == AlertStatus.Delivered ? time.GetUtcNow() : null)
                    .SetProperty(a => a.LastError, error), token);
            if (ours == 0)
                return false;
            if (attempt is not null)
                db.AlertAttempts.Add(attempt);
            await db.SaveChangesAsync(token);
            await transaction.CommitAsync(token);
            return true;
        }, CancellationToken.None);

    // A recovery alert waits until its down alert is delivered or given up, so that they arrive in order. Other kinds and
    // destinations are those of a newer version beside this one, and left to it.
    private static IQueryable<Alert> Due(MonitDb db, DateTimeOffset now) => db.Alerts
        .Where(a => (a.Kind == AlertKind.Down || a.Kind == AlertKind.Recovery) && a.Destination == "")
        .Where(a => (a.Status == AlertStatus.Pending && a.NextAttemptAt <= now)
            || (a.Status == AlertStatus.Sending && a.ClaimedUntil < now))
        .Where(a => a.Kind == AlertKind.Down || !db.Alerts.Any(down => down.IncidentId == a.IncidentId && down.Destination == a.Destination
            && down.Kind == AlertKind.Down
            && (down.Status == AlertStatus.Pending || down.Status == AlertStatus.Sending)));

    private Task<T> RunAsync<T>(Func<MonitDb, CancellationToken, Task<T>> query, CancellationToken ct) =>
        resilience.RunAsync(async token =>
        {
            await using var db = await dbs.CreateDbContextAsync(token);
            return await query(db, token);
        }, ct);
}
