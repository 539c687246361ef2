using Microsoft.EntityFrameworkCore;
using Monit.Api.Http;
using Monit.Core.Alerts;
using Monit.Storage.Sql;

namespace Monit.Api.Incidents;

/// <summary>The alerts of an incident with their attempts, oldest first.</summary>
internal static class AlertPage
{
    /// <summary>Until another one is chosen there are mails only.</summary>
    private const string DefaultChannel = "email";

    public static readonly QueryParameter[] Parameters =
    [
        Paging.LimitParameter, Paging.OffsetParameter, QueryParameter.Cursor(cursor => PlaceInList.TryDecode(cursor, out _, out _)),
    ];

    public static async Task<Page<AlertResponse>> ReadAsync(MonitDb db, Guid incidentId, Paging paging, CancellationToken ct)
    {
        var alerts = OfIncident(db, incidentId);
        var after = paging.Cursor is { } cursor && PlaceInList.TryDecode(cursor, out var at, out var id)
            ? alerts.Where(a => a.CreatedAt > at || (a.CreatedAt == at && a.Id.CompareTo(id) > 0)) : alerts;
        var page = await after.OrderBy(a => a.CreatedAt).ThenBy(a => a.Id).Skip(paging.Offset).Take(paging.Limit + 1).ToListAsync(ct);
        var next = page.ToDictionary(alert => alert.Id, alert => PlaceInList.Encode(alert.CreatedAt, alert.Id));
        return paging.Of([.. await WithAttemptsAsync(db, page, ct)], await Paging.TotalAsync(alerts, ct), last => next[last.Id]);
    }

    // Kinds of a newer version would not be understood.
    public static IQueryable<Alert> OfIncident(MonitDb db, Guid incidentId) => db.Alerts.AsNoTracking()
        .Where(a => a.IncidentId == incidentId && (a.Kind == AlertKind.Down || a.Kind == AlertKind.Recovery || a.Kind == AlertKind.Degraded));

    /// <returns>One answer for each alert, in order.</returns>
    public static async Task<IEnumerable<AlertResponse>> WithAttemptsAsync(MonitDb db, IReadOnlyList<Alert> alerts, CancellationToken ct)
    {
        var ids = alerts.Select(a => a.Id).ToList();
        var attempts = (await db.AlertAttempts.AsNoTracking().Where(a => ids.Contains(a.AlertId)).OrderBy(a => a.Number).ToListAsync(ct)).ToLookup(a => a.AlertId);
        return alerts.Select(alert => Of(alert, [.. attempts[alert.Id]]));
    }

    private static AlertResponse Of(Alert alert, IReadOnlyList<AlertAttempt> attempts) => new(
        alert.Id, attempts.Count > 0 ? attempts[^1].Channel : DefaultChannel,
        alert.Kind switch { AlertKind.Down => "down", AlertKind.Degraded => "degraded", _ => "up" },
        alert.Status switch
        {
            AlertStatus.Delivered => "delivered",
            AlertStatus.Failed or AlertStatus.Undeliverable => "failed",
            AlertStatus.Cancelled => "cancelled",
            _ => "pending",
        },
        alert.LastError,
        [.. attempts.Select(a => new AttemptResponse(a.StartedAt, a.DurationMs, a.Error, a.Answer))]);
}
