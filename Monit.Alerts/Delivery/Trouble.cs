namespace Monit.Alerts.Delivery;

/// <summary>Alerts that wait for another attempt, and those that were given up of late.</summary>
/// <param name="WaitingError">Why the oldest of them waits.</param>
/// <param name="GivenUpError">Why the last of them was given up.</param>
internal sealed record Trouble(int Waiting, DateTimeOffset? WaitingSince, string? WaitingError, int GivenUp, string? GivenUpError);
