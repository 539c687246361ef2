using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Monit.Api.Auth;
using Monit.Api.Confirmation;
using Monit.Api.Http;
using Monit.Storage.History;
using Monit.Storage.Sql;

namespace Monit.Api.Monitors;

/// <summary>
/// Creates, changes and deletes monitors: one transaction, then Redis. A disconnect of the client does not cancel it, so
/// that every commit is followed by its write-through.
/// </summary>
internal static class MonitorChanges
{
    public static async Task<Results<Created<MonitorResponse>, ProblemHttpResult>> CreateAsync(
        CreateMonitor request, ClaimsPrincipal user, MonitDb db, IOptions<MonitorOptions> options,
        WriteThrough redis, MonitorReader reader, ConfirmedAddresses addresses, MonitorSecrets secrets, TimeProvider time)
    {
        var monitor = request.ToMonitor(user.Id(), time.GetNow());
        var errors = request.Unread;
        var taken = secrets.TakeOut(request, monitor, before: null, errors);
        MonitorFields.Validate(monitor, request, options.Value, errors);
        CheckRules.Validate(request, monitor.Url, taken?.Settings ?? monitor.Settings, before: null, errors);
        if (errors.Any)
            return Problems.Invalid(errors);
        secrets.Seal(monitor, taken);

        var (free, paid) = (options.Value.QuotaOf(isPaid: false) ?? int.MaxValue, options.Value.QuotaOf(isPaid: true) ?? int.MaxValue);
        await using (var transaction = await db.Database.BeginTransactionAsync())
        {
            // Checked and incremented in one statement, so that concurrent requests cannot exceed the quota.
            var counted = await db.Users
                .Where(u => u.Id == monitor.UserId && u.MonitorsCount < (u.IsPaidUser ? paid : free))
                .ExecuteUpdateAsync(set => set.SetProperty(u => u.MonitorsCount, u => u.MonitorsCount + 1));
            if (counted == 0)
                return Problems.QuotaExceeded("The account has as many monitors as it may have; see monitors_limit of the profile.");
            db.Monitors.Add(monitor);
            await db.SaveChangesAsync();
            await addresses.RequestAsync(monitor, again: false, monitor.CreatedAt);
            await Bookkeeping.CreatedAsync(db, [monitor]);
            await transaction.CommitAsync();
        }
        await redis.SyncAsync(monitor.Id);
        return TypedResults.Created($"/api/v1/monitors/{monitor.Id}",
            (await reader.WithAsync([(monitor, StatusResponse.New(monitor.Enabled))], CancellationToken.None))[0]);
    }

    public static async Task<Results<Ok<MonitorResponse>, ProblemHttpResult>> PatchAsync(
        Guid id, PatchMonitor request, ClaimsPrincipal user, MonitDb db, IOptions<MonitorOptions> options,
        WriteThrough redis, MonitorReader reader, ConfirmedAddresses addresses, MonitorSecrets secrets, TimeProvider time, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(CancellationToken.None);
        if (await db.LockMonitors([id]).OwnedBy(user).SingleOrDefaultAsync(CancellationToken.None) is not { } monitor)
            return Problems.NotFound();
        var now = time.GetNow();
        var (before, enabled, errors) = (CheckBefore.Of(monitor), monitor.Enabled, request.Unread);
        request.Apply(monitor, errors);
        var taken = secrets.TakeOut(request, monitor, before, errors);
        MonitorFields.Validate(monitor, request, options.Value, errors);
        CheckRules.Validate(request, monitor.Url, taken?.Settings ?? monitor.Settings, before, errors);
        if (errors.Any)
            return Problems.Invalid(errors);
        secrets.Seal(monitor, taken);

        var isChanged = before.IsChanged(monitor);
        monitor.UpdatedAt = now;
        if (isChanged)
            monitor.Version++;
        if (enabled && !monitor.Enabled)
            await IncidentStore.CloseQuietlyAsync(db, id, now, CancellationToken.None);
        await db.SaveChangesAsync(CancellationToken.None);
        if (request.ChangesAddress)
            await addresses.RequestAsync(monitor, again: true, now);
        if (enabled != monitor.Enabled)
            await Bookkeeping.SwitchedAsync(db, [monitor], _ => now, CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        if (isChanged)
            await redis.SyncAsync(id);
        return TypedResults.Ok(await reader.ReadAsync(monitor, ct));
    }

    public static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid id, ClaimsPrincipal user, MonitDb db, WriteThrough redis)
    {
        var owner = user.Id();
        await using (var transaction = await db.Database.BeginTransactionAsync())
        {
            if (await db.LockMonitors([id]).OwnedBy(user).Select(m => m.Id).SingleOrDefaultAsync() == Guid.Empty)
                return Problems.NotFound();
            await db.Users.Where(u => u.Id == owner && u.MonitorsCount > 0)
                .ExecuteUpdateAsync(set => set.SetProperty(u => u.MonitorsCount, u => u.MonitorsCount - 1));
            await Bookkeeping.DeletedAsync(db, id);
            // Incidents and alerts are deleted by cascade.
            await db.Monitors.Where(m => m.Id == id).ExecuteDeleteAsync();
            await transaction.CommitAsync();
        }
        await redis.SyncAsync(id);
        return TypedResults.NoContent();
    }
}
