using Monit.Core.Incidents;

namespace Monit.Probes.Tests.Http.Malformed;

/// <summary>A response and the expected outcome of the check.</summary>
/// <param name="Outcome">
/// <c>up 204</c>: a monitor that expects 204 is up. Otherwise a reason, and the status if there was one, of a monitor
/// that expects 200.
/// </param>
/// <param name="Https">Whether the monitor's URL is https.</param>
/// <param name="IsUnfinished">Whether only the time limit ends it, after the head.</param>
internal sealed record MalformedCase(string Name, RawAnswer Answer, string Outcome, bool Https = false, bool IsUnfinished = false)
{
    public int ExpectedStatus => Outcome.StartsWith("up ", StringComparison.Ordinal)
        ? int.Parse(Outcome.AsSpan(3), System.Globalization.CultureInfo.InvariantCulture) : 200;

    /// <summary>Short only for cases that last until then.</summary>
    public TimeSpan Timeout => TimeSpan.FromSeconds(Outcome == "TIMEOUT" ? 0.15 : IsUnfinished ? 1 : 20);
}
