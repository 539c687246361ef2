namespace Monit.Api.Http;

internal static class Instants
{
    /// <summary>The current time, truncated to microseconds as both databases store it, so that later responses show the same value.</summary>
    public static DateTimeOffset GetNow(this TimeProvider time)
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
