using System.Net.Sockets;
using Monit.Core.Checks;
using Monit.Probes.Network;

namespace Monit.Probes.Tests.Http.Malformed;

/// <summary>Tests an HTTP check against the outcomes of the <see cref="Corpus"/>.</summary>
public abstract class MalformedSuite(Sender sender) : IAsyncDisposable
{
    private readonly Checker _new = New(sender, ConnectionMode.New);
    private readonly Checker _keepAlive = New(sender, ConnectionMode.KeepAlive);
    private readonly RawTarget _target = new();

    public static TheoryData<string> Names => [.. Corpus.All.Select(c => c.Name)];

    internal static Checker New(Sender sender, ConnectionMode mode) =>
        new(sender, mode, (_, _) => throw new SocketException((int)SocketError.HostNotFound));

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _new.Dispose();
        _keepAlive.Dispose();
        await _target.DisposeAsync();
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Outcome(string name)
    {
        var c = Corpus.All.Single(c => c.Name == name);
        Assert.Equal(c.Outcome, Describe(await RunAsync(_new, c)));
    }

    [Fact]
    public async Task NoCase_AffectsTheNextCheckOnAReusedConnection()
    {
        foreach (var c in Corpus.All.Where(c => c.Outcome != "TIMEOUT"))
        {
            Assert.Equal((c.Name, c.Outcome), (c.Name, Describe(await RunAsync(_keepAlive, c))));
            Assert.Equal((c.Name, "up 200"), (c.Name, Describe(await RunAsync(_keepAlive, Corpus.All[0]))));
        }
    }

    private async Task<Verdict> RunAsync(Checker checker, MalformedCase c)
    {
        _target.Answer = c.Answer;
        var url = $"{(c.Https ? "https" : "http")}://127.0.0.1:{_target.Port}/";
        return await checker.CheckAsync(new CheckConfig(1, TimeSpan.FromMinutes(1), c.Timeout, c.ExpectedStatus, null, url), TestContext.Current.CancellationToken);
    }

    private static string Describe(Verdict result)
    {
        var kind = result.Reason switch
        {
            null => FailureKind.None,
            FailureReason.Timeout or FailureReason.NetworkError or FailureReason.InvalidRequest => FailureKind.Retryable,
            _ => FailureKind.Definite,
        };
        Assert.Equal(kind, result.Kind);
        Assert.Equal(result.HttpStatus is null, result.Latency is null);
        return $"{result.Reason?.ToWire() ?? "up"} {result.HttpStatus}".TrimEnd();
    }
}
