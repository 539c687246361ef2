using Monit.Core.Checks;
using Monit.Probes.Http;
using Monit.Probes.Runs;

namespace Monit.Probes.Tests.Http;

/// <summary>Answers the monitor's own URL with a redirect, as a public target would; another engine does the rest.</summary>
internal sealed class RedirectingEngine(IHttpEngine engine, string location) : IHttpEngine
{
    public ValueTask<HttpAnswer> GetAsync(string url, Uri? redirected, string? cookies, CheckConfig spec, ProbeRun run) =>
        redirected is null ? new(new HttpAnswer(302, location)) : engine.GetAsync(url, redirected, cookies, spec, run);

    public void Dispose() => engine.Dispose();
}
