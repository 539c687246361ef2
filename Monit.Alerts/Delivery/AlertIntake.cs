using System.Diagnostics;
using Monit.Alerts.Contract;

namespace Monit.Alerts.Delivery;

/// <summary>Accepts requests to send an alert. A request only queues the id; the row in SQL decides whether it is sent.</summary>
internal sealed class AlertIntake(DeliveryStore store, DeliveryQueue queue)
{
    /// <returns>The alert's status; null if SQL does not have it.</returns>
    public async Task<AlertAccepted?> AcceptAsync(Guid id, CancellationToken ct)
    {
        if (await store.StatusAsync(id, ct) is not { } status)
            return null;
        queue.TryOffer(id, Activity.Current?.Context ?? default);
        return new AlertAccepted(id, status.ToString().ToLowerInvariant());
    }
}
