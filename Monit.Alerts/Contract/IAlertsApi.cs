using Refit;

namespace Monit.Alerts.Contract;

/// <summary>The API of Monit.Alerts that Monit.Worker calls. Every request carries the shared key (<c>Alerts:Key</c>).</summary>
public interface IAlertsApi
{
    /// <summary>The header that carries the key.</summary>
    const string KeyHeader = "X-Alerts-Key";

    /// <summary>
    /// Requests that an alert is sent now. The alert is already in SQL, written with its incident. The call is idempotent;
    /// if it is lost, the sweep sends the alert later.
    /// </summary>
    [Post("/api/v1/alerts")]
    Task<AlertAccepted> SendAsync([Body] SendAlert alert, CancellationToken ct = default);
}
