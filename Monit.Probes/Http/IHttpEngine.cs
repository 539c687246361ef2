using Monit.Core.Checks;
using Monit.Core.Checks.Answers;
using Monit.Probes.Runs;

namespace Monit.Probes.Http;

/// <summary>Sends single requests; <see cref="HttpProbe"/> follows the redirects.</summary>
internal interface IHttpEngine : IDisposable
{
    /// <summary>
    /// Sends a request and reads the body up to the cap of <see cref="AnswerNeed"/> and <see cref="HttpProbe.BodyTime"/>, but none of
    /// a redirect's that is to be followed.
    /// </summary>
    /// <param name="hop">Null: the monitor's own request, whose URL is a text: what is known already need not be parsed.</param>
    /// <returns><see cref="HttpAnswer.InvalidUrl"/> unless <see cref="Monit.Core.Checks.Http.HttpUrl.CanBeAsked"/>.</returns>
    ValueTask<HttpAnswer> SendAsync(CheckConfig spec, Hop? hop, AnswerNeed need, ProbeRun run);
}

/// <summary>A request that a redirect has led to.</summary>
/// <param name="Cookies">The value of the header <c>Cookie</c>, of cookies that this check was given; null if there is none.</param>
/// <param name="Repeats">Whether method and body are those of the monitor; otherwise it is a GET, or HEAD if that is the method.</param>
/// <param name="IsHome">
/// Whether it and all before it went to the origin of the monitor's URL. Otherwise nothing secret is sent: whoever answered meanwhile
/// has chosen the URL.
/// </param>
internal sealed record Hop(Uri Url, string? Cookies, bool Repeats, bool IsHome);

/// <param name="Status">As sent, below 100 too.</param>
/// <param name="Next">Where to go on; null if this is no redirect that can be followed, or one that the monitor expects.</param>
/// <param name="SetCookies">The values of <c>Set-Cookie</c> that go with it, each byte as the character of the same number.</param>
/// <param name="Answer">Null unless it is needed; without a body if there is a <paramref name="Next"/>.</param>
internal readonly record struct HttpAnswer(int Status, Uri? Next = null, IReadOnlyList<string>? SetCookies = null, Answer? Answer = null)
{
    public static HttpAnswer InvalidUrl => new(-1);

    public bool IsInvalidUrl => Status < 0;

    /// <summary>Where a response leads.</summary>
    /// <param name="url">That was asked for; null: that of the monitor.</param>
    /// <param name="location">Each byte as the character of the same number.</param>
    public static Uri? NextOf(int status, string? location, Uri? url, CheckConfig spec) =>
        IsRedirect(status) && location is not null && status != spec.ExpectedStatus && spec.Settings.Request?.FollowRedirects != false
        && Redirect.TryResolve(url ?? new Uri(spec.Url), location, out var next) ? next : null;

    /// <summary>Whether a response with this status leads elsewhere.</summary>
    public static bool IsRedirect(int status) => status is 301 or 302 or 303 or 307 or 308;
}
