namespace Monit.Chaos;

/// <summary>Size and time limits of the installation.</summary>
internal sealed record ChaosOptions
{
    public int Monitors { get; init; } = 2000;
    public int Workers { get; init; } = 2;
    public int Shards { get; init; } = 2;
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(3);
    /// <summary>The time-out of a check; default: a second less than <see cref="Interval"/>.</summary>
    public TimeSpan Timeout { get => field == default ? Interval - TimeSpan.FromSeconds(1) : field; init; }
    public TimeSpan VisibilityTimeout { get; init; } = TimeSpan.FromSeconds(6);
    public TimeSpan ReclaimerInterval { get; init; } = TimeSpan.FromMilliseconds(500);
    /// <summary>How often results move from Redis to SQL: several times in a fault.</summary>
    public TimeSpan MoveInterval { get; init; } = TimeSpan.FromSeconds(1);
    /// <summary>How long a fault makes something unavailable.</summary>
    public TimeSpan Away { get; init; } = TimeSpan.FromSeconds(5);
    /// <summary>For how long workers come and go at random; default: ten times <see cref="Away"/>.</summary>
    public TimeSpan AtRandom { get => field == default ? Away * 10 : field; init; }
}
