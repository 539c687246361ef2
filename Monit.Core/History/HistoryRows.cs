namespace Monit.Core.History;

/// <summary>The newest results of a monitor that are in no <see cref="ResultChunk"/> yet; one row a monitor, written again as they come.</summary>
public sealed class ResultWindow
{
    public required Guid MonitorId { get; init; }

    /// <summary>Of the window of time; see <see cref="Windows"/>.</summary>
    public required DateTimeOffset Start { get; set; }

    /// <summary>A <see cref="Chunk"/>.</summary>
    public required byte[] Data { get; set; }
}

/// <summary>The results of a monitor in a window of time that is over. Kept for days.</summary>
public sealed class ResultChunk
{
    /// <inheritdoc cref="ResultWindow.Start"/>
    public required DateTimeOffset Start { get; init; }

    public required Guid MonitorId { get; init; }

    /// <inheritdoc cref="ResultWindow.Data"/>
    public required byte[] Data { get; set; }
}

/// <summary>The checks of a monitor on a UTC day, with all that percentiles need.</summary>
public sealed class ResultDay
{
    public required DateOnly Day { get; init; }

    public required Guid MonitorId { get; init; }

    /// <summary>All checks, judged or not.</summary>
    public required int Checks { get; set; }

    public required int Failed { get; set; }

    /// <summary>Of the checks that were up: a <see cref="LatencySketch"/>.</summary>
    public required byte[] Latency { get; set; }
}

/// <summary>The same with only some percentiles, which is kept longer.</summary>
public sealed class ResultDaySummary
{
    public required DateOnly Day { get; init; }

    public required Guid MonitorId { get; init; }

    /// <inheritdoc cref="ResultDay.Checks"/>
    public required int Checks { get; set; }

    public required int Failed { get; set; }

    /// <summary>The <see cref="LatencyCode"/>s of least, p50, p95, p99 and greatest; empty if no check was up.</summary>
    public required byte[] Latency { get; set; }
}

/// <summary>The checks of a monitor in a UTC month. Kept for ever.</summary>
public sealed class ResultMonth
{
    public required Guid MonitorId { get; init; }

    /// <summary>Its first day.</summary>
    public required DateOnly Month { get; init; }

    /// <inheritdoc cref="ResultDay.Checks"/>
    public required int Checks { get; set; }

    public required int Failed { get; set; }

    /// <inheritdoc cref="ResultDay.Latency"/>
    public required byte[] Latency { get; set; }
}

/// <summary>A time in which a monitor was not watched, or does not count.</summary>
public sealed class MonitorSpan
{
    public required Guid MonitorId { get; init; }

    public required SpanKind Kind { get; init; }

    public required DateTimeOffset FromTime { get; init; }

    /// <summary>Null while it lasts.</summary>
    public DateTimeOffset? ToTime { get; set; }
}

/// <summary>Why a time does not count. Stored in lower case.</summary>
public enum SpanKind
{
    /// <summary>The monitor was disabled.</summary>
    Paused,
    Maintenance,
    /// <summary>Due, but not checked for two intervals; or not to be judged.</summary>
    Unknown,
}

/// <summary>That the results of a slice of the monitors are in their <see cref="ResultDay"/>s, or with <see cref="Month"/> in their <see cref="ResultMonth"/>s.</summary>
public sealed class RollUp
{
    /// <summary>As <see cref="Slice"/>: the whole month that begins with <see cref="Day"/>.</summary>
    public const int Month = -1;

    public required DateOnly Day { get; init; }

    /// <summary>Of <see cref="Windows.Slices"/>.</summary>
    public required int Slice { get; init; }
}

/// <summary>The state of a monitor, as SQL knows it: within seconds. For counting, not for showing.</summary>
public sealed class KnownState
{
    public required Guid MonitorId { get; init; }

    public required Guid UserId { get; init; }

    public required Incidents.CountedState State { get; set; }
}

/// <summary>How many monitors of an account are in a state: the number of its <see cref="KnownState"/>s, kept beside them.</summary>
public sealed class StateCount
{
    public required Guid UserId { get; init; }

    public required Incidents.CountedState State { get; init; }

    public required int Count { get; set; }
}
