using Monit.Core.Checks;
using Monit.Probes.Runs;

namespace Monit.Probes.Http;

/// <summary>Sends single requests; <see cref="HttpProbe"/> follows the redirects.</summary>
internal interface IHttpEngine : IDisposable
{
    /// <summary>
    /// Sends a GET and reads the body up to <see cref="HttpProbe.BodyCap"/> and <see cref="HttpProbe.BodyTime"/>, but none of
    /// a redirect's.
    /// </summary>
    /// <param name="url">As text: what is known already need not be parsed.</param>
    /// <param name="redirected">In place of <paramref name="url"/>, after a redirect.</param>
    /// <param name="cookies">The value of the header <c>Cookie</c>, if there is one.</param>
    /// <returns><see cref="HttpAnswer.InvalidUrl"/> unless <see cref="Monit.Core.Checks.Http.HttpUrl.CanBeAsked"/>.</returns>
    ValueTask<HttpAnswer> GetAsync(string url, Uri? redirected, string? cookies, CheckConfig spec, ProbeRun run);
}

/// <param name="Status">As sent, below 100 too.</param>
/// <param name="Location">Where to go on, each byte as the character of the same number; null if this is no redirect, or one that the monitor expects.</param>
/// <param name="SetCookies">The values of <c>Set-Cookie</c> that go with a location, likewise.</param>
internal readonly record struct HttpAnswer(int Status, string? Location, IReadOnlyList<string>? SetCookies = null)
{
    public static HttpAnswer InvalidUrl => new(-1, null);

    public bool IsInvalidUrl => Status < 0;

    /// <summary>Whether a response with this status is to be followed.</summary>
    public static bool IsRedirect(int status, CheckConfig spec) => IsRedirect(status) && status != spec.ExpectedStatus;

    /// <summary>Whether a response with this status leads elsewhere.</summary>
    public static bool IsRedirect(int status) => status is 301 or 302 or 303 or 307 or 308;
}
