using System.Diagnostics;
using Monit.Alerts.Contract;

namespace Monit.Alerts.Delivery;

/// <summary>Takes a wish to send an alert. The row in SQL decides everything; the wish only wakes a worker up.</summary>
internal sealed class AlertIntake(DeliveryStore store, DeliveryQueue queue)
{
    /// <returns>Where the alert stands; none if SQL does not have it.</returns>
    public async Task<AlertAccepted?> AcceptAsync(Guid id, CancellationToken ct)
    {
        if (await store.StatusAsync(id, ct) is not { } status)
            return null;
        queue.TryOffer(id, Activity.Current?.Context ?? default);
        return new AlertAccepted(id, status.ToString().ToLowerInvariant());
    }
}
