using Microsoft.AspNetCore.Mvc;
using Monit.Api.Http;
using Monit.Core.History;

namespace Monit.Api.History;

/// <summary>The time that is asked for: by default the last 24 hours.</summary>
public sealed record TimeRange([FromQuery(Name = "from")] string? FromText, [FromQuery(Name = "to")] string? ToText)
{
    internal static readonly QueryParameter[] Parameters =
    [
        QueryParameter.Instant("from", "The beginning, inclusive; by default 24 hours before to."),
        QueryParameter.Instant("to", "The end, exclusive; by default now."),
    ];

    /// <summary>Null if it ends before it begins; then there is an error.</summary>
    internal Span? In(DateTimeOffset now, FieldErrors errors)
    {
        var to = ToText is not null && Instants.TryParse(ToText, out var end) ? end : now;
        var from = FromText is not null && Instants.TryParse(FromText, out var begin) ? begin : to.AddDays(-1);
        errors.Unless(from < to, "from", ToText is null ? "must be before now, where to is absent" : "must be before to");
        return from < to ? new Span(from, to) : null;
    }
}
