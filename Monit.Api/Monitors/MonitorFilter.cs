using Microsoft.AspNetCore.Mvc;
using Monit.Api.Http;
using Monit.Core.Checks;
using Monit.Core.Checks.Kinds;
using Monit.Core.Monitors;

namespace Monit.Api.Monitors;

/// <summary>The query of the monitor list; the conditions are combined with AND.</summary>
public sealed record MonitorFilter(
    [FromQuery(Name = "enabled")] string? EnabledText, [FromQuery(Name = "state")] string? StateText, [FromQuery(Name = "q")] string? Q,
    [FromQuery(Name = "kind")] string? KindName, [FromQuery(Name = "tag")] string? TagText, [FromQuery(Name = "sort")] string? SortText)
{
    private static readonly string[] States = [.. Enum.GetNames<MonitorState>().Select(s => s.ToLowerInvariant())];

    internal static readonly QueryParameter[] Parameters =
    [
        Paging.LimitParameter, Paging.OffsetParameter, QueryParameter.Cursor(MonitorOrder.IsPlace),
        QueryParameter.Flag("enabled"), QueryParameter.OneOf("state", States), QueryParameter.Search("q", 200),
        QueryParameter.OneOf("kind", [.. CheckKinds.All.Select(kind => kind.Name)]),
        QueryParameter.Text("tag", 1, MonitorFields.MaxTag, "One tag, exactly as it is written, in the same case."),
        QueryParameter.Choice("sort", MonitorOrder.Names),
    ];

    public bool? Enabled => EnabledText is null ? null : EnabledText == "true";
    public MonitorState? State => StateText is null ? null : (MonitorState)Array.IndexOf(States, StateText);
    public string? Tag => TagText is null ? null : MonitorFields.Tag(TagText);
    public ICheckKind? Kind => KindName is null ? null : CheckKinds.All.First(kind => kind.Name == KindName);
    internal MonitorOrder Order => MonitorOrder.Of(SortText);
}
