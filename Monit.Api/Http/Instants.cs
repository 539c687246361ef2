namespace Monit.Api.Http;

internal static class Instants
{
    /// <summary>Now, in the microseconds that both databases keep: an answer shows what a later one will.</summary>
    public static DateTimeOffset GetNow(this TimeProvider time)
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
