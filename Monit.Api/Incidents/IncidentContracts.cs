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
public sealed record IncidentResponse(
    Guid Id, Guid MonitorId, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string Reason, int? HttpStatus,
    int? LatencyMs, bool Alerted);
