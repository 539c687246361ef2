using Monit.Core.Checks;
using Monit.Core.Incidents;

namespace Monit.Probes.Tests.Http.Malformed;

/// <summary>Tests an HTTP check against the outcomes of the <see cref="Corpus"/>.</summary>
public abstract class MalformedSuite : IAsyncDisposable
{
    private readonly RawTarget _target = new();

    public static TheoryData<string> Names => [.. Corpus.All.Select(c => c.Name)];

    /// <summary>A check that opens a new connection each time, with private targets allowed.</summary>
    private protected abstract Func<CheckConfig, CancellationToken, ValueTask<ProbeResult>> Check { get; }

    /// <summary>The same with keep-alive connections.</summary>
    private protected abstract Func<CheckConfig, CancellationToken, ValueTask<ProbeResult>> KeepAliveCheck { get; }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _target.DisposeAsync();
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Outcome(string name)
    {
        var c = Corpus.All.Single(c => c.Name == name);
        Assert.Equal(c.Outcome, Describe(await RunAsync(Check, c)));
    }

    [Fact]
    public async Task NoCase_AffectsTheNextCheckOnAReusedConnection()
    {
        foreach (var c in Corpus.All.Where(c => c.Outcome != "TIMEOUT"))
        {
            Assert.Equal((c.Name, c.Outcome), (c.Name, Describe(await RunAsync(KeepAliveCheck, c))));
            Assert.Equal((c.Name, "up 200"), (c.Name, Describe(await RunAsync(KeepAliveCheck, Corpus.All[0]))));
        }
    }

    private async Task<ProbeResult> RunAsync(Func<CheckConfig, CancellationToken, ValueTask<ProbeResult>> check, MalformedCase c)
    {
        _target.Answer = c.Answer;
        var url = $"{(c.Https ? "https" : "http")}://127.0.0.1:{_target.Port}/";
        return await check(new CheckConfig(1, TimeSpan.FromMinutes(1), c.Timeout, c.ExpectedStatus, null, url), TestContext.Current.CancellationToken);
    }

    private static string Describe(ProbeResult result)
    {
        var kind = result.Reason switch
        {
            null => FailureKind.None,
            FailureReason.Timeout or FailureReason.NetworkError => FailureKind.Retryable,
            _ => FailureKind.Definite,
        };
        Assert.Equal(kind, result.Kind);
        Assert.Equal(result.HttpStatus is null, result.Latency is null);
        return $"{result.Reason?.ToWire() ?? "up"} {result.HttpStatus}".TrimEnd();
    }
}
