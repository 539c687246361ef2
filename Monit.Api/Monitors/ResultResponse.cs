using Monit.Core.Checks;
using Monit.Core.History;

namespace Monit.Api.Monitors;

/// <summary>The result of one check.</summary>
/// <param name="At">When it began, to 0.1 s.</param>
/// <param name="State"><c>up</c>, <c>degraded</c>, <c>down</c> (it failed, and belongs to an incident), <c>failing</c> (it failed, but no incident came of it) or <c>unknown</c> (Monit could not judge).</param>
/// <param name="LatencyMs">Within 2.5 %; null unless it was up.</param>
/// <param name="Reason">Null where nothing was wrong, or where only that is kept.</param>
public sealed record ResultResponse(DateTimeOffset At, string State, double? LatencyMs, string? Reason)
{
    /// <param name="down">The incidents in which the monitor was down, among others.</param>
    public static ResultResponse Of(ResultPoint point, IReadOnlyList<Span> down) => new(
        Tenths.ToTime(point.At), StateOf(point, down), ResultCode.IsUp(point.Code) ? Shown(LatencyCode.Ms(point.Code)) : null, ResultCode.ReasonOf(point.Code)?.ToWire());

    /// <summary>Without digits that say nothing.</summary>
    public static double? Shown(double? ms) => ms is { } value ? Math.Round(value, 1) : null;

    private static string StateOf(ResultPoint point, IReadOnlyList<Span> down) => point.Code switch
    {
        ResultCode.NotJudged => "unknown",
        ResultCode.Degraded => "degraded",
        var code when ResultCode.IsUp(code) => "up",
        // The times of results have lost what is below a tenth of a second.
        _ => down.Any(incident => Tenths.Of(incident.From) <= point.At && Tenths.ToTime(point.At) < incident.To) ? "down" : "failing",
    };
}
