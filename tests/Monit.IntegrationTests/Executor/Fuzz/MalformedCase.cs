namespace Monit.IntegrationTests.Executor.Fuzz;

/// <summary>An answer, and what the check must make of it.</summary>
/// <param name="Outcome">
/// <c>up 204</c>: a monitor that expects 204 is up. Otherwise a reason, and the status if there was one, of a monitor
/// that expects 200.
/// </param>
/// <param name="Https">The monitor's URL says https.</param>
internal sealed record MalformedCase(string Name, RawAnswer Answer, string Outcome, bool Https = false)
{
    public int ExpectedStatus => Outcome.StartsWith("up ", StringComparison.Ordinal)
        ? int.Parse(Outcome.AsSpan(3), System.Globalization.CultureInfo.InvariantCulture) : 200;

    /// <summary>Only what has to run into its time-out gets a short one.</summary>
    public TimeSpan Timeout => TimeSpan.FromSeconds(Outcome == "TIMEOUT" ? 0.15 : 20);
}
