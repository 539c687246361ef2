using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Monit.Alerts.Confirmation;
using Monit.Core.Alerts;

namespace Monit.Alerts.Delivery;

/// <summary>
/// Degraded, which is still ready: alerts wait for another attempt, were given up in the last six hours, or cannot be sent
/// before somebody sets <c>PublicUrl</c>.
/// </summary>
internal sealed class DeliveryHealthCheck(
    DeliveryStore store, ConfirmationStore confirmations, TimeProvider time, IOptions<AddressOptions> addresses, IOptions<PublicOptions> site) : IHealthCheck
{
    private const int Hours = 6;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var trouble = await store.TroubleAsync(time.GetUtcNow().AddHours(-Hours), cancellationToken);
        var lines = new List<string>();
        if (trouble.GivenUp > 0)
            lines.Add(string.Create(CultureInfo.InvariantCulture,
                $"{trouble.GivenUp} alerts were given up in the last {Hours} hours, the last one: {trouble.GivenUpError} Their incidents have alerted false; check the address or the section Smtp."));
        if (trouble.Waiting > 0)
            lines.Add(string.Create(CultureInfo.InvariantCulture,
                $"{trouble.Waiting} alerts wait for another attempt, the oldest since {trouble.WaitingSince:yyyy-MM-dd HH:mm:ss} UTC: {trouble.WaitingError}"));
        if (addresses.Value.ConfirmAddresses && site.Value.Base is null && await confirmations.WaitingAsync(cancellationToken) is > 0 and var waiting)
            lines.Add(string.Create(CultureInfo.InvariantCulture,
                $"{waiting} addresses wait for a link to confirm them, and get no alerts: set PublicUrl, or Alerts:ConfirmAddresses to false."));
        return lines.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(string.Join(' ', lines));
    }
}
