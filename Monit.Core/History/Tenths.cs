namespace Monit.Core.History;

/// <summary>The unit of time of the history: tenths of a second since the Unix epoch, each of which stands for its beginning.</summary>
public static class Tenths
{
    /// <summary>The one that an instant is in.</summary>
    public static long Of(DateTimeOffset at) => (long)Math.Floor(at.ToUnixTimeMilliseconds() / 100d);

    public static DateTimeOffset ToTime(long tenths) => DateTimeOffset.FromUnixTimeMilliseconds(tenths * 100);

    /// <summary>The UTC day that it is on.</summary>
    public static DateOnly DayOf(long tenths) => DateOnly.FromDateTime(ToTime(tenths).UtcDateTime);

    /// <summary>The beginning of a UTC day.</summary>
    public static long Of(DateOnly day) => Of(new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero));
}
