using Monit.Alerts.Contract;

namespace Monit.Alerts.Delivery;

/// <summary>The API for a Worker in the same process.</summary>
internal sealed class InProcessAlertsApi(AlertIntake intake) : IAlertsApi
{
    /// <exception cref="KeyNotFoundException">There is no such alert in SQL.</exception>
    public async Task<AlertAccepted> SendAsync(SendAlert alert, CancellationToken ct = default) =>
        await intake.AcceptAsync(alert.AlertId, ct)
        ?? throw new KeyNotFoundException($"There is no alert {alert.AlertId}.");
}
