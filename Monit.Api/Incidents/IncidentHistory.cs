using Microsoft.EntityFrameworkCore;
using Monit.Core.Checks.Reports;
using Monit.Core.Incidents;
using Monit.Storage.Sql;

namespace Monit.Api.Incidents;

/// <summary>Adds to an incident what is stored of why, and of what happened.</summary>
internal static class IncidentHistory
{
    /// <summary>More than any incident has; who wants the rest asks for its alerts.</summary>
    private const int MaxAlerts = 200;

    /// <param name="incident">One that the caller may see.</param>
    public static async Task<IncidentWithEvidence> ReadAsync(MonitDb db, IncidentResponse incident, CancellationToken ct)
    {
        var kept = await db.Evidence.AsNoTracking().Where(e => e.IncidentId == incident.Id).ToDictionaryAsync(e => e.Kind, ct);
        // What cannot be read any more is as good as none.
        CheckReport? Report(EvidenceKind kind) => kept.TryGetValue(kind, out var evidence) && EvidenceFile.Decode(evidence.Data) is { } report
            ? report with { At = evidence.At } : null;
        var evidence = new EvidenceResponse(Report(EvidenceKind.Opened), Report(EvidenceKind.Closed), Report(EvidenceKind.LastGood));
        return new(incident, evidence, await TimelineAsync(db, incident, evidence, ct));
    }

    private static async Task<IReadOnlyList<TimelineEntry>> TimelineAsync(MonitDb db, IncidentResponse incident, EvidenceResponse evidence, CancellationToken ct)
    {
        // Of an incident without evidence only the first failed check is known.
        var opened = evidence.Opened?.At is { } at && at > incident.StartedAt ? at : incident.StartedAt;
        var entries = new List<TimelineEntry>
        {
            new(incident.StartedAt, "failed", incident.Reason),
            new(opened, "opened", incident.Detail),
        };
        var alerts = await AlertPage.OfIncident(db, incident.Id).OrderBy(a => a.CreatedAt).ThenBy(a => a.Id).Take(MaxAlerts).ToListAsync(ct);
        var shown = await AlertPage.WithAttemptsAsync(db, alerts, ct);
        if (incident.EndedAt is { } ended)
            // A pause writes neither a notice nor evidence.
            entries.Add(new(ended, evidence.Closed is not null || shown.Any(alert => alert.Kind == "up") ? "recovered" : "closed"));
        entries.AddRange(alerts.Zip(shown, (alert, answer) => new TimelineEntry(
            alert.DeliveredAt ?? alert.GivenUpAt ?? (alert.CreatedAt > opened ? alert.CreatedAt : opened), "alert", answer.LastError,
            new TimelineAlert(answer.Id, answer.Channel, answer.Kind, answer.Status))));
        return [.. entries.OrderBy(entry => entry.At)];
    }
}
