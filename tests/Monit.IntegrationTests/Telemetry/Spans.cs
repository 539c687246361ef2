using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Monit.IntegrationTests.Telemetry;

/// <summary>Collects the spans of some sources in this process, as an exporter would, including those of other tests.</summary>
internal sealed class Spans : IDisposable
{
    private readonly ActivityListener _listener;

    public Spans(params string[] sources)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => sources.Contains(source.Name),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStarted = Started.Enqueue,
            ActivityStopped = span =>
            {
                if (span.Recorded)
                    Ended.Enqueue(span);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public ConcurrentQueue<Activity> Started { get; } = new();
    public ConcurrentQueue<Activity> Ended { get; } = new();

    /// <summary>The root spans of a monitor's ended checks.</summary>
    public IEnumerable<Activity> ChecksOf(Guid monitorId) =>
        Ended.Where(span => span.OperationName == "monit.check" && Equals(span.GetTagItem("monit.monitor.id"), monitorId.ToString()));

    public List<Activity> TraceOf(Activity root) => [.. Ended.Where(span => span.TraceId == root.TraceId)];

    public void Dispose() => _listener.Dispose();

    /// <summary>Records log messages with their traces.</summary>
    internal sealed class TracedLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<(string Line, ActivityTraceId? Trace)> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue((formatter(state, exception), Activity.Current?.TraceId));
        public void Dispose()
        {
        }
    }
}
