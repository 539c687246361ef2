using System.ComponentModel.DataAnnotations;

namespace Monit.Worker.Alerting;

/// <summary>Section <c>Alert</c>.</summary>
internal sealed class AlertOptions
{
    /// <summary>Dispatchers that call Monit.Alerts, 1..1000; default 5.</summary>
    [Range(1, 1000)]
    public int WorkerCount { get; set; } = 5;
}
