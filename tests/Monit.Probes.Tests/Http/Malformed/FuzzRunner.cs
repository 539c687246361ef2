using Monit.Core.Checks;

namespace Monit.Probes.Tests.Http.Malformed;

/// <summary>Runs fuzz cases one after another against a target of its own.</summary>
internal sealed class FuzzRunner(
    Checker check,
    Checker keepAliveCheck,
    FuzzReport report) : IAsyncDisposable
{
    private static readonly TimeSpan HangBound = TimeSpan.FromSeconds(30);
    private readonly RawTarget _target = new();

    public int Port => _target.Port;

    public ValueTask DisposeAsync() => _target.DisposeAsync();

    public async Task RunAsync(int seed)
    {
        var c = Mutation.Of(seed);
        var random = new Random(seed);
        var keepAlive = random.Next(4) == 0;
        using var abort = new CancellationTokenSource();
        if (random.Next(50) == 0)
            abort.CancelAfter(random.Next(100));
        _target.Answer = c.Answer;
        var url = $"{(c.Https ? "https" : "http")}://127.0.0.1:{Port}/";
        var config = new CheckConfig(1, TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(100 + random.Next(200)), c.ExpectedStatus, null, url);
        try
        {
            var result = await (keepAlive ? keepAliveCheck : check).CheckAsync(config, abort.Token).WaitAsync(HangBound, TimeProvider.System, CancellationToken.None);
            report.Count(result.Reason?.ToWire() ?? "UP");
            if (Wrong(c, result, keepAlive) is { } why)
                report.Fail(c, $"{why}: {result}");
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            report.Count("(aborted)");
        }
        catch (Exception thrown)
        {
            report.Fail(c, thrown is TimeoutException ? "hangs" : $"{thrown}");
        }
    }

    private static string? Wrong(MalformedCase c, Verdict result, bool keepAlive)
    {
        if (result.Success != (result.HttpStatus == c.ExpectedStatus))
            return "success and status disagree";
        if (result.Success != (result.Kind == FailureKind.None))
            return "success and kind disagree";
        if (result.HttpStatus is null)
            return null;
        if (c.Https)
            return "a status without TLS";
        // On a reused connection the bytes may be those of the previous case. The target of a redirect responds with 200.
        var stated = StatusLine.Of(c.Answer);
        return keepAlive || result.HttpStatus == stated || (stated is 301 or 302 or 303 or 307 or 308 && result.HttpStatus == 200)
            ? null : $"the status line says {stated}";
    }
}
