namespace Monit.Standalone;

/// <summary>What signs the log-ins, and what Worker shows Alerts.</summary>
internal sealed record StandaloneKeys(string AuthSecret, string AlertsKey);
