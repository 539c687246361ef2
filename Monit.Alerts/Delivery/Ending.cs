using Monit.Core.Alerts;

namespace Monit.Alerts.Delivery;

/// <summary>What a claim's end writes.</summary>
internal sealed record Ending(AlertStatus Status)
{
    /// <summary>Null: as it was, if <see cref="KeepError"/>; else nothing went wrong.</summary>
    public string? Error { get; init; }
    public bool KeepError { get; init; }
    /// <summary>When it is due again; null leaves that unchanged.</summary>
    public DateTimeOffset? DueAt { get; init; }
    /// <summary>Until when a daily limit holds it; null leaves that unchanged.</summary>
    public DateTimeOffset? HeldUntil { get; init; }
    /// <summary>Whether it waits for its address to be confirmed.</summary>
    public bool Unconfirmed { get; init; }
    /// <summary>The attempt to log; null if none was made, which then does not count as one either.</summary>
    public Func<Claim, AlertAttempt>? Attempt { get; init; }
}
