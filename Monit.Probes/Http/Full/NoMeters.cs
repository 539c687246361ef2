using System.Diagnostics.Metrics;

namespace Monit.Probes.Http.Full;

/// <summary>
/// Keeps .NET's metrics of HTTP clients, which are of Monit's own requests, free of checks. Nobody listens to a meter of
/// this name; those that begin with <c>Monit.</c> are exported.
/// </summary>
internal sealed class NoMeters : IMeterFactory
{
    private readonly Meter _unheard = new("Unheard");

    public Meter Create(MeterOptions options) => _unheard;

    public void Dispose() => _unheard.Dispose();
}
