using System.Diagnostics;

namespace Monit.Worker.Jobs;

/// <summary>
/// Redis' time and the end of a lease, measured with this process' monotonic clock from just before the call was sent, so
/// the lease seems to end slightly early, which is the safe side. The machine's wall clock is not used.
/// </summary>
/// <param name="now">Redis' time in the reply, Unix ms.</param>
/// <param name="sent">The monotonic timestamp before the call.</param>
internal sealed class LeaseClock(TimeProvider time, long now, long sent, TimeSpan lease)
{
    /// <summary>The monotonic timestamp before the call.</summary>
    public long Sent => sent;
    /// <summary>The monotonic timestamp after the reply.</summary>
    public long Received { get; } = time.GetTimestamp();

    /// <summary>The span of the call, in the first sampled trace among the jobs of the call.</summary>
    public Activity? Span { get; set; }

    /// <summary>Redis' time now, Unix ms.</summary>
    public long Now => now + (long)time.GetElapsedTime(sent).TotalMilliseconds;

    /// <summary>The rest of the lease; from zero on, another worker may have the job.</summary>
    public TimeSpan Left => lease - time.GetElapsedTime(sent);
}
