using Microsoft.AspNetCore.Mvc;
using Monit.Api.Http;
using Monit.Core.Checks.Reports;

namespace Monit.Api.Incidents;

/// <summary>The query of an incident list: <c>state</c> is <c>open</c>, <c>closed</c> or absent.</summary>
public sealed record IncidentFilter([FromQuery(Name = "state")] string? State)
{
    internal static readonly QueryParameter[] Parameters =
    [
        Paging.LimitParameter, Paging.OffsetParameter, QueryParameter.Cursor(cursor => PlaceInList.TryDecode(cursor, out _, out _)),
        QueryParameter.OneOf("state", "open", "closed"),
    ];

    public bool? Open => State is null ? null : State == "open";
}

/// <summary>A period in which a monitor was down, or degraded.</summary>
/// <param name="EndedAt">Null while it is open.</param>
/// <param name="Severity"><c>down</c>, or <c>degraded</c>, which counts as up.</param>
/// <param name="Detail">What was expected and what came, in one line; null if nothing more is known.</param>
/// <param name="Alerted">Whether an alert about it was delivered to somebody.</param>
public record IncidentResponse(
    Guid Id, Guid MonitorId, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string Severity, string Reason, string? Detail, int? HttpStatus,
    int? LatencyMs, bool Alerted);

/// <summary>An incident with what is known of why.</summary>
public sealed record IncidentWithEvidence : IncidentResponse
{
    public IncidentWithEvidence(IncidentResponse incident, EvidenceResponse evidence, IReadOnlyList<TimelineEntry> timeline) : base(incident) =>
        (Evidence, Timeline) = (evidence, timeline);

    public EvidenceResponse Evidence { get; }

    /// <summary>What happened, oldest first.</summary>
    public IReadOnlyList<TimelineEntry> Timeline { get; }
}

/// <summary>The checks that matter most. Null: none that Monit still knows.</summary>
/// <param name="Opened">The check that opened the incident.</param>
/// <param name="Closed">The check that closed it.</param>
/// <param name="LastGood">The newest good one before it that was still at hand.</param>
public sealed record EvidenceResponse(CheckReport? Opened, CheckReport? Closed, CheckReport? LastGood);

/// <summary>Something that happened to an incident.</summary>
/// <param name="What"><c>failed</c> (the first failed check), <c>opened</c>, <c>alert</c>, <c>recovered</c> (the first good check), or <c>closed</c> (it ended otherwise: the monitor was paused, or something worse took its place).</param>
/// <param name="Detail">More about it, in one line; null if there is nothing to say.</param>
/// <param name="Alert">Of <c>alert</c>: which one. Its time is that of its delivery, or since when it waits.</param>
public sealed record TimelineEntry(DateTimeOffset At, string What, string? Detail = null, TimelineAlert? Alert = null);

/// <inheritdoc cref="AlertResponse"/>
public sealed record TimelineAlert(Guid Id, string Channel, string Kind, string Status);

/// <summary>An alert about an incident.</summary>
/// <param name="Channel">How it is sent, such as <c>email</c>.</param>
/// <param name="Kind"><c>down</c>, <c>degraded</c> or <c>up</c>.</param>
/// <param name="Status"><c>pending</c>, <c>delivered</c>, <c>failed</c> (given up) or <c>cancelled</c>.</param>
/// <param name="LastError">Why it is not delivered, or what it waits for; null where nothing is wrong.</param>
public sealed record AlertResponse(
    Guid Id, string Channel, string Kind, string Status, string? LastError, IReadOnlyList<AttemptResponse> Attempts);

/// <summary>An attempt to deliver an alert.</summary>
/// <param name="Error">Null if it succeeded.</param>
/// <param name="Answer">What the far side said when it took the alert; null otherwise.</param>
public sealed record AttemptResponse(DateTimeOffset At, int DurationMs, string? Error, string? Answer);
