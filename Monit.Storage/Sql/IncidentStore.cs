using Microsoft.EntityFrameworkCore;
using Monit.Core.Alerts;
using Monit.Core.Checks;
using Monit.Core.Checks.Assertions;
using Monit.Core.Incidents;
using Monit.Storage.Resilience;

namespace Monit.Storage.Sql;

/// <summary>Writes incidents with their alerts in one transaction. Idempotent.</summary>
public sealed class IncidentStore(IDbContextFactory<MonitDb> dbs, StoreResilience resilience)
{
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Records a batch. Opening an incident that is already open, or closing one that is already closed, changes nothing
    /// and creates no alert. If SQL refuses the batch, its transitions are written one by one.
    /// </summary>
    /// <returns>One outcome for each transition, in order.</returns>
    /// <exception cref="System.Data.Common.DbException">
    /// SQL is unavailable. Nothing is written, unless the batch was being written one by one; it may be recorded again.
    /// </exception>
    public async Task<IReadOnlyList<TransitionOutcome>> RecordAsync(
        IReadOnlyList<Transition> batch, CancellationToken ct = default)
    {
        try
        {
            return await resilience.RunAsync(token => WriteAsync(batch, token), ct);
        }
        catch (Exception refused) when (refused is not OperationCanceledException && !StoreResilience.IsStoreFailure(refused))
        {
            if (batch.Count == 1)
                return [new TransitionOutcome(false, null, refused)];
        }

        var outcomes = new List<TransitionOutcome>(batch.Count);
        foreach (var transition in batch)
            outcomes.AddRange(await RecordAsync([transition], ct));
        return outcomes;
    }

    /// <summary>
    /// Closes the open incident of a monitor that is being disabled, in the caller's transaction: without a recovery alert,
    /// and pending alerts are cancelled.
    /// </summary>
    public static async Task CloseQuietlyAsync(MonitDb db, Guid monitorId, DateTimeOffset at, CancellationToken ct = default)
    {
        await db.Incidents.Where(i => i.MonitorId == monitorId && i.EndTime == null)
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.EndTime, i => i.StartTime > at ? i.StartTime : at), ct);
        await db.Alerts.Where(a => a.MonitorId == monitorId && a.Status == AlertStatus.Pending)
            .ExecuteUpdateAsync(set => set.SetProperty(a => a.Status, AlertStatus.Cancelled), ct);
    }

    private async Task<IReadOnlyList<TransitionOutcome>> WriteAsync(IReadOnlyList<Transition> batch, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);

        var ids = batch.Select(t => t.MonitorId).Distinct().ToArray();
        var monitors = await db.LockMonitors(ids).AsNoTracking().ToDictionaryAsync(m => m.Id, ct);
        var open = await db.Incidents.AsNoTracking().Where(i => ids.Contains(i.MonitorId) && i.EndTime == null)
            .ToDictionaryAsync(i => i.MonitorId, ct);

        var (closed, opened, evidence, alerts) = (new List<MonitorIncident>(), new List<MonitorIncident>(), new List<IncidentEvidence>(), new List<Alert>());
        var known = open.Values.ToHashSet();
        var outcomes = new TransitionOutcome[batch.Count];
        foreach (var (i, transition) in batch.Index())
        {
            var current = monitors.GetValueOrDefault(transition.MonitorId) is { Enabled: true } monitor
                && monitor.Version == transition.Version;
            // One that is worse takes the place of one that is open, whose end is not told.
            if (current && IsWorse(transition, open) && Close(open, transition) is { } milder && known.Contains(milder))
                closed.Add(milder);
            var incident = !current ? null : transition.Opens ? Open(open, transition) : Close(open, transition);
            if (incident is not null)
            {
                if (transition.Opens)
                    opened.Add(incident);
                else if (known.Contains(incident))
                    closed.Add(incident);
                evidence.AddRange(transition.Evidence.Select(kept => new IncidentEvidence { IncidentId = incident.Id, Kind = kept.Kind, At = kept.At, Data = kept.Data }));
                if (incident.Alerted)
                    alerts.Add(NewAlert(incident, !transition.Opens ? AlertKind.Recovery : incident.Severity == Severity.Degraded ? AlertKind.Degraded : AlertKind.Down, transition.At));
            }
            outcomes[i] = new TransitionOutcome(!current, incident is { Alerted: true } ? alerts[^1].Id : null, null);
        }

        await db.WriteAsync(closed, opened, evidence, alerts, ct);
        await transaction.CommitAsync(ct);
        return outcomes;
    }

    private static bool IsWorse(Transition transition, Dictionary<Guid, MonitorIncident> open) =>
        transition is { Opens: true, Severity: Severity.Down } && open.GetValueOrDefault(transition.MonitorId)?.Severity == Severity.Degraded;

    private static MonitorIncident? Open(Dictionary<Guid, MonitorIncident> open, Transition transition)
    {
        if (open.ContainsKey(transition.MonitorId))
            return null;
        return open[transition.MonitorId] = new MonitorIncident
        {
            Id = Guid.CreateVersion7(transition.At),
            MonitorId = transition.MonitorId,
            StartTime = transition.At,
            Alerted = true,
            Reason = FailureReasons.ToWire(transition.Reason!.Value),
            HttpStatus = transition.HttpStatus,
            LatencyMs = transition.LatencyMs,
            Severity = transition.Severity,
            Detail = transition.Detail,
            CreatedAt = transition.At,
        };
    }

    private static MonitorIncident? Close(Dictionary<Guid, MonitorIncident> open, Transition transition)
    {
        if (open.Remove(transition.MonitorId, out var incident))
            incident.EndTime = transition.At > incident.StartTime ? transition.At : incident.StartTime;
        return incident;
    }

    private static Alert NewAlert(MonitorIncident incident, AlertKind kind, DateTimeOffset at) => new()
    {
        Id = Guid.CreateVersion7(at),
        IncidentId = incident.Id,
        MonitorId = incident.MonitorId,
        Kind = kind,
        Subject = Alert.AboutIncident(incident.Id),
        // The time is Redis', and the clock of Monit.Alerts may be behind it; the alert must be due at once all the same.
        NextAttemptAt = at - ClockSkew,
        CreatedAt = at,
    };
}
