using System.Globalization;
using System.Text.RegularExpressions;

namespace Monit.Api.Http;

internal static partial class Instants
{
    /// <summary>The range of the times that may be asked for.</summary>
    public static readonly DateTimeOffset First = DateTimeOffset.UnixEpoch;

    /// <inheritdoc cref="First"/>
    public static readonly DateTimeOffset Last = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The current time, truncated to microseconds as both databases store it, so that later responses show the same value.</summary>
    public static DateTimeOffset GetNow(this TimeProvider time)
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    public static bool TryParse(string text, out DateTimeOffset at)
    {
        at = default;
        if (!Rfc3339().IsMatch(text) || !DateTimeOffset.TryParse(text.ToUpperInvariant(), CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed))
            return false;
        at = parsed.ToUniversalTime();
        return at >= First && at <= Last;
    }

    /// <param name="month">Its first day.</param>
    public static bool TryParseMonth(string text, out DateOnly month) =>
        DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out month)
        && month >= DateOnly.FromDateTime(First.UtcDateTime) && month <= DateOnly.FromDateTime(Last.UtcDateTime);

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex Rfc3339();
}
