using System.ComponentModel.DataAnnotations;

namespace Monit.Worker.Alerting;

/// <summary>Section <c>Alerts</c>, which Monit.Alerts reads as well.</summary>
internal sealed class AlertDispatcherOptions
{
    /// <summary>Dispatchers that call Monit.Alerts, 1..1000; default 5.</summary>
    [Range(1, 1000)]
    public int DispatchWorkers { get; set; } = 5;
}
