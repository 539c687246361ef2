using Monit.Core.Monitors;

namespace Monit.Core.History;

/// <summary>What the history must know of a monitor.</summary>
/// <param name="UpdatedAt">Its interval has not changed since.</param>
/// <param name="RetryDelay">Its own; null: that of the settings.</param>
public sealed record Watched(Guid Id, TimeSpan Interval, TimeSpan? RetryDelay, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static Watched Of(UptimeMonitor monitor) => new(
        monitor.Id, TimeSpan.FromSeconds(monitor.IntervalSec), monitor.RetryDelaySec is { } delay ? TimeSpan.FromSeconds(delay) : null, monitor.CreatedAt, monitor.UpdatedAt);

    /// <summary>The places of the grid where windows may begin that have results from <paramref name="from"/> up to, not with, <paramref name="to"/>.</summary>
    public IEnumerable<DateTimeOffset> WindowsFrom(DateTimeOffset from, DateTimeOffset to)
    {
        if (from >= to)
            return [];
        // Where the interval may have been another one, windows of any length.
        var isSteady = UpdatedAt <= CreatedAt || UpdatedAt < from - TimeSpan.FromHours(1);
        var (first, length) = isSteady ? (Tenths.Of(from), Windows.Length(Interval)) : (Tenths.Of(from) - Windows.Longest, Windows.Grid);
        return Windows.Starts(Id, first, Tenths.Of(to), length).Select(Tenths.ToTime);
    }
}
