using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Monit.Core.Checks;
using Monit.Core.Text;

namespace Monit.Core.Monitors;

/// <summary>
/// The outcome of the last check, stored in the Redis hash <c>status</c>:
/// <c>state http_status|- latency_ms|- reason|- checked_at_ms</c>, and then, if there is one, a space and the detail, which earlier
/// versions of Monit ignore.
/// </summary>
/// <param name="CheckedAt">Unix ms on Redis' clock at which the check began.</param>
/// <param name="Detail">As in <see cref="Verdict.Detail"/>.</param>
public readonly record struct MonitorStatus(
    MonitorState State, int? HttpStatus, long? LatencyMs, FailureReason? Reason, long CheckedAt, string? Detail = null)
{
    /// <summary>Whether it says nothing that its result in the history does not: up, answered with 200.</summary>
    public bool IsPlain => this is { State: MonitorState.Up, HttpStatus: 200, Reason: null, Detail: null, LatencyMs: not null };

    public string Encode() => string.Create(CultureInfo.InvariantCulture,
        $"{(int)State} {Fields.Optional(HttpStatus)} {Fields.Optional(LatencyMs)} {Reason?.ToWire() ?? "-"} {CheckedAt}{(Detail is null ? "" : " ")}{Detail}");

    public static bool TryDecode(ReadOnlySpan<byte> text, [NotNullWhen(true)] out MonitorStatus? status)
    {
        status = null;
        var rest = text;
        if (!Fields.TryLong(ref rest, out var state)
            || !Fields.TryOptionalLong(ref rest, out var http)
            || !Fields.TryOptionalLong(ref rest, out var latency))
            return false;
        var reason = Fields.Next(ref rest);
        if (!Fields.TryLong(ref rest, out var at))
            return false;
        status = new MonitorStatus((MonitorState)state, (int?)http, latency, FailureReasons.FromWire(Encoding.UTF8.GetString(reason)), at,
            rest.IsEmpty ? null : Encoding.UTF8.GetString(rest));
        return true;
    }
}
