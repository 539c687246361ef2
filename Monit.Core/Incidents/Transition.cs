using Monit.Core.Checks;
using Monit.Core.Checks.Assertions;

namespace Monit.Core.Incidents;

/// <summary>A request to open or close a monitor's incident.</summary>
/// <param name="Version">The version of the monitor that was checked; if SQL has a newer one, the transition is stale.</param>
/// <param name="At">The start of the first failed attempt (opening) or of the first successful check (closing).</param>
/// <param name="Reason">Why the check failed; null closes the incident.</param>
public sealed record Transition(
    Guid MonitorId, long Version, DateTimeOffset At, FailureReason? Reason, int? HttpStatus, int? LatencyMs)
{
    public bool Opens => Reason is not null;

    /// <summary>Of the incident to open; one that is worse takes the place of one that is open.</summary>
    public Severity Severity { get; init; }

    /// <inheritdoc cref="MonitorIncident.Detail"/>
    public string? Detail { get; init; }

    /// <summary>What is kept with the incident, of each kind at most one.</summary>
    public IReadOnlyList<Evidence> Evidence { get; init; } = [];
}

/// <inheritdoc cref="IncidentEvidence"/>
public sealed record Evidence(EvidenceKind Kind, DateTimeOffset At, byte[] Data);

/// <summary>The result of recording a <see cref="Transition"/>.</summary>
/// <param name="Stale">The monitor was changed, disabled or deleted, and nothing was written.</param>
/// <param name="AlertId">The alert that was written with it; null if none.</param>
/// <param name="Failure">Why SQL refused this transition; the others of its batch are written.</param>
public readonly record struct TransitionOutcome(bool Stale, Guid? AlertId, Exception? Failure);
