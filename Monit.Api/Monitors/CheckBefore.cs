using Monit.Core.Checks.Settings;
using Monit.Core.Monitors;

namespace Monit.Api.Monitors;

/// <summary>What is checked, as it was before a request changed it.</summary>
internal sealed class CheckBefore
{
    private readonly List<(MonitorField Field, object? Value)> _values;

    private CheckBefore(UptimeMonitor monitor)
    {
        _values = [.. MonitorFields.All.Where(field => field.AffectsCheck).Select(field => (field, field.Get(monitor)))];
        (Url, Settings, SealedSecrets) = (monitor.Url, monitor.Settings, monitor.SealedSecrets);
    }

    public static CheckBefore Of(UptimeMonitor monitor) => new(monitor);

    public string Url { get; }

    /// <summary>Without their secrets.</summary>
    public CheckSettings Settings { get; }

    public string? SealedSecrets { get; }

    /// <summary>Whether workers must hear of the monitor as it is now. A change of secrets alone shows in nothing but their sealed form.</summary>
    public bool IsChanged(UptimeMonitor now) =>
        SealedSecrets != now.SealedSecrets || _values.Exists(before => !before.Field.AreSame(before.Value, before.Field.Get(now)));
}
