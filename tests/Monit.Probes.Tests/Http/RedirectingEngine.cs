using Monit.Core.Checks;
using Monit.Probes.Http;
using Monit.Probes.Runs;

namespace Monit.Probes.Tests.Http;

/// <summary>Answers the monitor's own URL with a redirect, as a public target would; another engine does the rest.</summary>
internal sealed class RedirectingEngine(IHttpEngine engine, string location, int status = 302) : IHttpEngine
{
    public ValueTask<HttpAnswer> SendAsync(CheckConfig spec, Hop? hop, AnswerNeed need, ProbeRun run) =>
        hop is null ? new(new HttpAnswer(status, HttpAnswer.NextOf(status, location, null, spec))) : engine.SendAsync(spec, hop, need, run);

    public void Dispose() => engine.Dispose();
}
