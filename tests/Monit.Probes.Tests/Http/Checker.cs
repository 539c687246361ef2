using System.Net;
using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Probes.Http;
using Monit.Probes.Http.Fast;
using Monit.Probes.Http.Full;
using Monit.Probes.Network;
using Monit.Probes.Network.Tls;

namespace Monit.Probes.Tests.Http;

/// <summary>What can send the requests of a check.</summary>
public enum Sender
{
    FastOnEpoll,
    FastOnSockets,
    Full,
}

/// <summary>A probe with one of the senders, and the judge that the worker has behind it.</summary>
internal sealed class Checker : IDisposable
{
    private readonly IHttpEngine _plain;
    private readonly IHttpEngine _full;
    private readonly HttpProbe _probe;

    public Checker(Sender sender, ConnectionMode mode = ConnectionMode.New, TargetResolver? resolve = null, bool allowPrivate = true,
        string? redirect = null, int redirectStatus = 302, TlsClient? tls = null, long bodyBytes = HttpOptions.UsualBodyBytes)
    {
        var options = Options.Create(new ProbeOptions { Connection = mode });
        var connector = new TargetConnector(new TargetGuard(allowPrivate), resolve ?? Dns.GetHostAddressesAsync)
        {
            UsesEpoll = sender != Sender.FastOnSockets && OperatingSystem.IsLinux(),
            Tls = tls ?? new TlsClient(SystemRoots.Load, TimeProvider.System),
        };
        _full = Redirecting(new FullEngine(options, connector, TimeProvider.System));
        _plain = sender == Sender.Full ? _full : Redirecting(new FastEngine(options, connector, TimeProvider.System));
        _probe = new HttpProbe(_plain, _full, TimeProvider.System, bodyBytes);

        IHttpEngine Redirecting(IHttpEngine engine) => redirect is null ? engine : new RedirectingEngine(engine, redirect, redirectStatus);
    }

    public ValueTask<Observation> ObserveAsync(CheckConfig config, CancellationToken ct, bool withAnswer = false) => _probe.RunAsync(config, withAnswer, ct);

    public async Task<Verdict> CheckAsync(CheckConfig config, CancellationToken ct)
    {
        var seen = await ObserveAsync(config, ct);
        // A probe may end on the thread that serves the sockets, which must not judge.
        await Task.Yield();
        return Judge.Of(config, seen, TimeProvider.System.GetUtcNow()).Verdict;
    }

    public void Dispose()
    {
        _plain.Dispose();
        _full.Dispose();
    }
}
