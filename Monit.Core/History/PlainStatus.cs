using Monit.Core.Monitors;

namespace Monit.Core.History;

/// <summary>The status after a check that has left its result only, because it says the same: <see cref="MonitorStatus.IsPlain"/>.</summary>
public static class PlainStatus
{
    /// <summary>The latency within <see cref="LatencyCode.Accuracy"/>, the time to 0.1 s; null if the check was not up.</summary>
    public static MonitorStatus? Of(ResultPoint result) => ResultCode.IsUp(result.Code)
        ? new(MonitorState.Up, 200, (long)Math.Round(LatencyCode.Ms(result.Code)), null, result.At * 100) : null;
}
