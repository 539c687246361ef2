using Microsoft.EntityFrameworkCore;
using Monit.Core.Alerts;

namespace Monit.Storage.Sql;

/// <summary>The addresses that accounts want alerts at; written by the API when a monitor is saved, and by Monit.Alerts when an alert is due.</summary>
public static class AlertAddresses
{
    /// <summary>
    /// Asks for the confirmation of an address, in the caller's transaction; nothing if it is confirmed. Idempotent. The mail
    /// follows from Monit.Alerts, not sooner than <see cref="AlertAddress.AskInterval"/> after the one before.
    /// </summary>
    /// <param name="again">Whether to ask again although an earlier link is still good.</param>
    public static async Task RequestAsync(MonitDb db, Guid userId, string address, bool again, DateTimeOffset now, CancellationToken ct)
    {
        var normal = AlertAddress.Normalize(address);
        // Without times, which the two databases store differently.
        var added = await db.Database.ExecuteSqlAsync(
            $"INSERT INTO alert_addresses (user_id, address) VALUES ({userId}, {normal}) ON CONFLICT (user_id, address) DO NOTHING", ct);
        await db.AlertAddresses
            .Where(a => a.UserId == userId && a.Address == normal && a.ConfirmedAt == null && a.AskAt == null)
            .Where(a => added == 1 || again || a.TokenExpiresAt == null || a.TokenExpiresAt <= now)
            .ExecuteUpdateAsync(set => set.SetProperty(a => a.AskAt, now), ct);
    }

    public static IQueryable<AlertAddress> Confirmed(this IQueryable<AlertAddress> addresses, Guid userId) =>
        addresses.Where(a => a.UserId == userId && a.ConfirmedAt != null);
}
