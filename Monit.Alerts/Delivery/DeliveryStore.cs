using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Monit.Alerts.Limits;
using Monit.Alerts.Routing;
using Monit.Core.Alerts;
using Monit.Storage.Resilience;
using Monit.Storage.Sql;

namespace Monit.Alerts.Delivery;

/// <summary>The alerts in SQL: finds due ones, claims them, and records results.</summary>
internal sealed class DeliveryStore(
    IDbContextFactory<MonitDb> dbs, StoreResilience resilience, MailLimits limits, TimeProvider time, IOptions<DeliveryOptions> options)
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

    /// <summary>The recovery alert that waits for this alert of the same incident; null if there is none.</summary>
    public Task<Guid?> WaitingRecoveryAsync(Alert first, CancellationToken ct) => RunAsync((db, token) =>
        db.Alerts.Where(a => a.IncidentId == first.IncidentId && a.Destination == first.Destination
                && a.Kind == AlertKind.Recovery && a.Status == AlertStatus.Pending)
            .Select(a => (Guid?)a.Id).SingleOrDefaultAsync(token), ct);

    /// <summary>
    /// Claims an alert for <see cref="DeliveryOptions.SendLease"/>, in one conditional update. With one that a daily limit held
    /// back come all others that are to be sent to the same recipient on behalf of the same account.
    /// </summary>
    /// <returns>The oldest first; none if it is not due, or claimed by another sender.</returns>
    public Task<List<Claim>> ClaimAsync(Guid id, CancellationToken ct) => RunAsync(async (db, token) =>
    {
        var now = time.GetUtcNow();
        // Truncated to microseconds, as both databases store it, since the token is compared for equality.
        var until = now.AddTicks(options.Value.SendLease.Ticks - now.Ticks % TimeSpan.TicksPerMicrosecond);
        await using var transaction = await db.Database.BeginTransactionAsync(token);
        List<Guid> ids = [id];
        if (await StartAsync(Due(db, now).Where(a => a.Id == id && a.HeldUntil == null), until, token) == 0)
        {
            ids = await HeldWithAsync(db, id, now, token);
            if (!ids.Contains(id) || await StartAsync(Unsent(db, now).Where(a => ids.Contains(a.Id)), until, token) == 0)
                return [];
        }
        var claims = await (
            from alert in db.Alerts.AsNoTracking()
            join incident in db.Incidents on alert.IncidentId equals incident.Id
            join monitor in db.Monitors on incident.MonitorId equals monitor.Id
            join owner in db.Users on monitor.UserId equals owner.Id
            where ids.Contains(alert.Id) && alert.Status == AlertStatus.Sending && alert.ClaimedUntil == until
            orderby alert.CreatedAt, alert.Id
            select new Claim
            {
                Alert = alert,
                Incident = incident,
                Monitor = monitor,
                OwnerEmail = owner.Email,
                HasRecovery = db.Alerts.Any(r => r.IncidentId == incident.Id && r.Kind == AlertKind.Recovery),
                FirstAttemptAt = db.AlertAttempts.Where(a => a.AlertId == alert.Id).OrderBy(a => a.Number)
                    .Select(a => (DateTimeOffset?)a.StartedAt).FirstOrDefault(),
            }).ToListAsync(token);
        await transaction.CommitAsync(token);
        return claims;
    }, ct);

    /// <summary>Ends claims of one <see cref="ClaimAsync"/>: writes their new state and, if one was made, the attempts, in one transaction.</summary>
    /// <returns>False if the claim on one of them had expired and was taken over; nothing is written for that one.</returns>
    public Task<bool> EndAsync(IReadOnlyList<Claim> claims, Ending end) => RunAsync(async (db, token) =>
    {
        var now = time.GetUtcNow();
        var (ids, until, given) = (claims.Select(c => c.Alert.Id).ToList(), claims[0].Until, end.Status is AlertStatus.Failed or AlertStatus.Undeliverable);
        await using var transaction = await db.Database.BeginTransactionAsync(token);
        var ours = db.Alerts.Where(a => ids.Contains(a.Id) && a.Status == AlertStatus.Sending && a.ClaimedUntil == until);
        var kept = await ours.Select(a => a.Id).ToListAsync(token);
        await ours.ExecuteUpdateAsync(set =>
        {
            set.SetProperty(a => a.Status, end.Status).SetProperty(a => a.ClaimedUntil, (DateTimeOffset?)null);
            if (end.Attempt is null)
                set.SetProperty(a => a.Attempts, a => a.Attempts - 1);
            if (end.DueAt is { } due)
                set.SetProperty(a => a.NextAttemptAt, due);
            if (end.HeldUntil is { } held)
                set.SetProperty(a => a.HeldUntil, held);
            if (end.Unconfirmed)
                set.SetProperty(a => a.UnconfirmedSince, a => a.UnconfirmedSince ?? now);
            if (end.Status is AlertStatus.Delivered)
                set.SetProperty(a => a.DeliveredAt, now);
            if (given)
                set.SetProperty(a => a.GivenUpAt, now);
            if (!end.KeepError)
                set.SetProperty(a => a.LastError, end.Error);
        }, token);
        if (end.Attempt is { } attempt)
            db.AlertAttempts.AddRange(claims.Where(c => kept.Contains(c.Alert.Id)).Select(attempt));
        await db.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        return kept.Count == ids.Count;
    }, CancellationToken.None);

    /// <summary>What the operator should know: how many alerts wait for another attempt, and how many were given up of late.</summary>
    public Task<Trouble> TroubleAsync(DateTimeOffset since, CancellationToken ct) => RunAsync(async (db, token) =>
    {
        var failing = db.Alerts.Where(a => (a.Status == AlertStatus.Pending || a.Status == AlertStatus.Sending) && a.Attempts > 0 && a.LastError != null);
        var lost = db.Alerts.Where(a => a.GivenUpAt != null && a.GivenUpAt > since);
        var oldest = await failing.OrderBy(a => a.CreatedAt).Select(a => new { a.CreatedAt, a.LastError }).FirstOrDefaultAsync(token);
        var last = await lost.OrderByDescending(a => a.GivenUpAt).Select(a => a.LastError).FirstOrDefaultAsync(token);
        return new Trouble(oldest is null ? 0 : await failing.CountAsync(token), oldest?.CreatedAt, oldest?.LastError,
            last is null ? 0 : await lost.CountAsync(token), last);
    }, ct);

    private static Task<int> StartAsync(IQueryable<Alert> alerts, DateTimeOffset until, CancellationToken ct) =>
        alerts.ExecuteUpdateAsync(set => set
            .SetProperty(a => a.Status, AlertStatus.Sending)
            .SetProperty(a => a.ClaimedUntil, until)
            .SetProperty(a => a.Attempts, a => a.Attempts + 1), ct);

    /// <summary>
    /// A held alert and all that can go into one mail with it, once it is due. Recovery alerts follow the first alerts of their incidents there,
    /// and need not wait for them, unless another sender has one.
    /// </summary>
    private async Task<List<Guid>> HeldWithAsync(MonitDb db, Guid id, DateTimeOffset now, CancellationToken ct)
    {
        var held = await (
            from alert in Due(db, now)
            join monitor in db.Monitors on alert.MonitorId equals monitor.Id
            join owner in db.Users on monitor.UserId equals owner.Id
            where alert.Id == id && alert.HeldUntil != null
            select new { monitor.UserId, monitor.AlertEmail, owner.Email }).SingleOrDefaultAsync(ct);
        if (held is null)
            return [];
        string RecipientOf(string? alertEmail) => AlertAddress.Normalize(Destination.AddressOf(alertEmail, held.Email));
        var recipient = RecipientOf(held.AlertEmail);
        // Otherwise two senders could share them, and send two mails.
        await limits.LockAsync(db, recipient, ct);
        var unsent = await (
            from alert in Unsent(db, now)
            join monitor in db.Monitors on alert.MonitorId equals monitor.Id
            where monitor.UserId == held.UserId
                && (alert.Kind != AlertKind.Recovery || !db.Alerts.Any(first => first.IncidentId == alert.IncidentId && first.Destination == alert.Destination
                    && (first.Kind == AlertKind.Down || first.Kind == AlertKind.Degraded) && first.Status == AlertStatus.Sending && first.ClaimedUntil >= now))
            select new { alert.Id, monitor.AlertEmail }).ToListAsync(ct);
        return [.. unsent.Where(alert => RecipientOf(alert.AlertEmail) == recipient).Select(alert => alert.Id)];
    }

    // Other kinds and destinations are those of a newer version beside this one, and left to it.
    private static IQueryable<Alert> Unsent(MonitDb db, DateTimeOffset now) => db.Alerts
        .Where(a => (a.Kind == AlertKind.Down || a.Kind == AlertKind.Degraded || a.Kind == AlertKind.Recovery) && a.Destination == "")
        .Where(a => a.Status == AlertStatus.Pending || (a.Status == AlertStatus.Sending && a.ClaimedUntil < now));

    // A recovery alert waits until the alert of the same incident's beginning is delivered or given up, so that they arrive in order.
    private static IQueryable<Alert> Due(MonitDb db, DateTimeOffset now) => Unsent(db, now)
        .Where(a => a.NextAttemptAt <= now || a.Status == AlertStatus.Sending)
        .Where(a => a.Kind != AlertKind.Recovery || !db.Alerts.Any(first => first.IncidentId == a.IncidentId && first.Destination == a.Destination
            && (first.Kind == AlertKind.Down || first.Kind == AlertKind.Degraded)
            && (first.Status == AlertStatus.Pending || first.Status == AlertStatus.Sending)));

    private Task<T> RunAsync<T>(Func<MonitDb, CancellationToken, Task<T>> query, CancellationToken ct) =>
        resilience.RunAsync(async token =>
        {
            await using var db = await dbs.CreateDbContextAsync(token);
            return await query(db, token);
        }, ct);
}
