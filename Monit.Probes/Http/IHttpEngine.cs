using Monit.Core.Checks;
using Monit.Probes.Runs;

namespace Monit.Probes.Http;

/// <summary>Sends single requests; <see cref="HttpProbe"/> follows the redirects.</summary>
internal interface IHttpEngine : IDisposable
{
    /// <summary>Sends a GET and reads up to <see cref="HttpProbe.BodyCap"/> bytes of the body, but none of a redirect's.</summary>
    /// <param name="url">As text: what is known already need not be parsed.</param>
    /// <param name="redirected">In place of <paramref name="url"/>, after a redirect.</param>
    /// <returns><see cref="HttpAnswer.InvalidUrl"/> unless <see cref="Monit.Core.Checks.Http.HttpUrl.CanBeAsked"/>.</returns>
    ValueTask<HttpAnswer> GetAsync(string url, Uri? redirected, CheckConfig spec, ProbeRun run);
}

/// <param name="Status">As sent, below 100 too.</param>
/// <param name="Location">Where to go on; null if this is no redirect, or one that the monitor expects.</param>
internal readonly record struct HttpAnswer(int Status, string? Location)
{
    public static HttpAnswer InvalidUrl => new(-1, null);

    public bool IsInvalidUrl => Status < 0;

    /// <summary>Whether a response with this status is to be followed.</summary>
    public static bool IsRedirect(int status, CheckConfig spec) => status is 301 or 302 or 303 or 307 or 308 && status != spec.ExpectedStatus;
}
