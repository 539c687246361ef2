using System.Diagnostics;

namespace Monit.Worker;

/// <summary>
/// Redis' time and a lease's end, carried on by this process' monotonic clock from just before the call was sent: a
/// little early for the lease, which is the safe side. The wall clock of this machine plays no part.
/// </summary>
/// <param name="now">Redis' time in the reply, Unix ms.</param>
/// <param name="sent">The monotonic timestamp before the call.</param>
internal sealed class LeaseClock(TimeProvider time, long now, long sent, TimeSpan lease)
{
    /// <summary>The monotonic timestamps before the call and after its reply.</summary>
    public long Sent => sent;
    public long Received { get; } = time.GetTimestamp();

    /// <summary>The span of the call, in the first kept trace of those that it was made for.</summary>
    public Activity? Span { get; set; }

    /// <summary>Redis' time now, Unix ms.</summary>
    public long Now => now + (long)time.GetElapsedTime(sent).TotalMilliseconds;

    /// <summary>What is left of the lease; below zero, somebody else may have the job.</summary>
    public TimeSpan Left => lease - time.GetElapsedTime(sent);
}
