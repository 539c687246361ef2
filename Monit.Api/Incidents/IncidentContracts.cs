using Microsoft.AspNetCore.Mvc;
using Monit.Api.Http;

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

/// <summary>A period in which a monitor was down.</summary>
/// <param name="EndedAt">Null while it is open.</param>
/// <param name="Alerted">Whether an alert about it was delivered to somebody.</param>
public sealed record IncidentResponse(
    Guid Id, Guid MonitorId, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string Reason, int? HttpStatus,
    int? LatencyMs, bool Alerted);

/// <summary>An alert about an incident.</summary>
/// <param name="Channel">How it is sent, such as <c>email</c>.</param>
/// <param name="Kind"><c>down</c> or <c>up</c>.</param>
/// <param name="Status"><c>pending</c>, <c>delivered</c>, <c>failed</c> (given up) or <c>cancelled</c>.</param>
/// <param name="LastError">Why it is not delivered, or what it waits for; null where nothing is wrong.</param>
public sealed record AlertResponse(
    Guid Id, string Channel, string Kind, string Status, string? LastError, IReadOnlyList<AttemptResponse> Attempts);

/// <summary>An attempt to deliver an alert.</summary>
/// <param name="Error">Null if it succeeded.</param>
/// <param name="Answer">What the far side said when it took the alert; null otherwise.</param>
public sealed record AttemptResponse(DateTimeOffset At, int DurationMs, string? Error, string? Answer);
