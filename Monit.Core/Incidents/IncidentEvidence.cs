using Monit.Core.Checks.Reports;

namespace Monit.Core.Incidents;

/// <summary>What a check saw, kept with the incident that it opened or closed.</summary>
public sealed class IncidentEvidence
{
    public required Guid IncidentId { get; init; }
    public required EvidenceKind Kind { get; init; }
    /// <summary>When the check began.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>A file of <see cref="EvidenceFile"/>; at most <see cref="MaxSize"/> bytes.</summary>
    public required byte[] Data { get; init; }

    public const int MaxSize = EvidenceFile.MaxSize;
}

/// <summary>Which check it is.</summary>
public enum EvidenceKind
{
    /// <summary>The one that opened the incident.</summary>
    Opened,
    /// <summary>The one that closed it.</summary>
    Closed,
    /// <summary>The newest good one before it that the worker still had.</summary>
    LastGood,
}
