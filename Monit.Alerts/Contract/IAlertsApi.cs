using Refit;

namespace Monit.Alerts.Contract;

/// <summary>What Monit.Worker asks of Monit.Alerts. Every call shows the shared key (<c>Alerts:Key</c>).</summary>
public interface IAlertsApi
{
    /// <summary>The header that carries the key.</summary>
    const string KeyHeader = "X-Alerts-Key";

    /// <summary>
    /// Asks to send a notice now. The notice itself is in SQL, written with its incident; asking again, or for one
    /// that is sent, changes nothing. Should the call be lost, a sweep sends the notice later.
    /// </summary>
    [Post("/api/v1/alerts")]
    Task<AlertAccepted> SendAsync([Body] SendAlert alert, CancellationToken ct = default);
}
