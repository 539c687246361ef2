using Microsoft.Extensions.Diagnostics.HealthChecks;
using Monit.Worker.Telemetry;

namespace Monit.Worker.Executor;

/// <summary>
/// What this worker lacks. A check that meets a shortage is given back and says nothing about its target, so the shortage
/// shows here: in the metric, in a log line a minute, and in the health detail.
/// </summary>
internal sealed partial class Shortages(PipelineMetrics metrics, TimeProvider time, ILogger<Shortages> logger) : IHealthCheck
{
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long Since, long Last, long Count)> _recent = [];

    /// <param name="resource">As in <see cref="Monit.Probes.Runs.ExhaustedException.Resource"/>, or <c>slots</c> or <c>processor</c>.</param>
    public void Report(string resource)
    {
        metrics.GivenBack.Add(1, new KeyValuePair<string, object?>("monit.shortage", resource));
        bool isNew;
        lock (_lock)
        {
            var now = time.GetTimestamp();
            isNew = !_recent.TryGetValue(resource, out var before) || time.GetElapsedTime(before.Since, now) > Recent;
            _recent[resource] = isNew ? (now, now, 1) : (before.Since, now, before.Count + 1);
        }
        if (isNew)
            LogShort(resource, Advice(resource));
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            var lines = _recent.Where(shortage => time.GetElapsedTime(shortage.Value.Last) < Recent)
                .Select(shortage => $"Short of {shortage.Key}, {shortage.Value.Count} checks were given back: {Advice(shortage.Key)}").ToList();
            return Task.FromResult(lines.Count > 0 ? HealthCheckResult.Degraded(string.Join(' ', lines)) : HealthCheckResult.Healthy());
        }
    }

    private static string Advice(string resource) => resource switch
    {
        "files" => "raise the limit of open files (ulimit -n), or lower Executor:HttpSemaphoreCount.",
        "ports" => "add workers on other addresses, widen net.ipv4.ip_local_port_range, or set Executor:Connection to KeepAlive.",
        "slots" => "failing, slow or new monitors wait for each other; raise Executor:HttpSemaphoreCount, or add workers.",
        "processor" => "this process did not get to run in time; give it more processors, or add workers.",
        "memory" => "give the process more memory, or add workers.",
        _ => "add workers.",
    };

    [LoggerMessage(1, LogLevel.Warning, "Short of {Resource}: checks are given back unjudged and run later; {Advice}")]
    private partial void LogShort(string resource, string advice);
}
