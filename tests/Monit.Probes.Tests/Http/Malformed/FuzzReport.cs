using System.Collections.Concurrent;

namespace Monit.Probes.Tests.Http.Malformed;

/// <summary>The outcomes and failures of a run.</summary>
internal sealed class FuzzReport
{
    private readonly ConcurrentDictionary<string, int> _outcomes = [];
    private readonly ConcurrentQueue<string> _failures = [];

    public IReadOnlyCollection<string> Failures => _failures;

    public void Count(string outcome) => _outcomes.AddOrUpdate(outcome, 1, (_, n) => n + 1);

    public void Fail(MalformedCase c, string why) => _failures.Enqueue($"{c.Name}: {why}");

    public override string ToString() =>
        string.Join(", ", _outcomes.OrderByDescending(o => o.Value).Select(o => $"{o.Key} {o.Value}"));
}
