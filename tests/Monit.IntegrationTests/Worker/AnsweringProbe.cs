using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Monit.Core.Checks;
using Monit.Core.Checks.Answers;
using Monit.Core.Checks.Http;
using Monit.Probes.Runs;

namespace Monit.IntegrationTests.Worker;

/// <summary>A probe that answers what the test says, with headers and body where they are wanted.</summary>
internal sealed class AnsweringProbe : IProbe
{
    public ICheckKind Kind => HttpKind.Instance;

    /// <summary>The status, and the body of the answer, for a check of a URL.</summary>
    public volatile Func<CheckConfig, (int Status, string Body)> Answer = _ => (200, "ok");

    /// <summary>The configurations that were checked, each with whether the answer was wanted.</summary>
    public ConcurrentQueue<(CheckConfig Config, bool WithAnswer)> Checks { get; } = [];

    public ValueTask<Observation> RunAsync(CheckConfig spec, bool withAnswer, CancellationToken abort)
    {
        Checks.Enqueue((spec, withAnswer));
        var (status, body) = Answer(spec);
        return new(new Observation(null, status, TimeSpan.FromMilliseconds(10), new Phases(0, 1000, 0, 2000, 500))
        {
            Peer = new Peer(IPAddress.Parse("192.0.2.7"), null),
            Answer = withAnswer || spec.Settings.Assertions is not null || status != spec.ExpectedStatus ? new Answer
            {
                Url = spec.Url, HttpVersion = "1.1", Headers = [new("Content-Type", "text/plain"), new("X-Echo", body)], Body = Encoding.UTF8.GetBytes(body),
            } : null,
        });
    }
}
