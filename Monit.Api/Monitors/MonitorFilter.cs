using Microsoft.AspNetCore.Mvc;
using Monit.Api.Http;
using Monit.Core.Monitors;

namespace Monit.Api.Monitors;

/// <summary>The query of the monitor list; the conditions are combined with AND.</summary>
public sealed record MonitorFilter(
    [FromQuery(Name = "enabled")] string? EnabledText, [FromQuery(Name = "state")] string? StateText, [FromQuery(Name = "q")] string? Q)
{
    private static readonly string[] States = [.. Enum.GetNames<MonitorState>().Select(s => s.ToLowerInvariant())];

    internal static readonly QueryParameter[] Parameters =
    [
        Paging.LimitParameter, Paging.OffsetParameter, QueryParameter.Cursor(cursor => PlaceInList.TryDecode(cursor, out _)),
        QueryParameter.Flag("enabled"), QueryParameter.OneOf("state", States), QueryParameter.Search("q", 200),
    ];

    public bool? Enabled => EnabledText is null ? null : EnabledText == "true";
    public MonitorState? State => StateText is null ? null : (MonitorState)Array.IndexOf(States, StateText);
}
