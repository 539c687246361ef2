using Monit.Core.Checks.Assertions;
using Monit.Core.Checks.Settings;
using Monit.Core.Validation;

namespace Monit.Core.Checks.Http;

/// <summary>An HTTP request and its answer.</summary>
public sealed class HttpKind : ICheckKind
{
    private const int MaxUrl = 2048;

    private HttpKind()
    {
    }

    public static HttpKind Instance { get; } = new();

    public string Name => "http";
    public IReadOnlyList<string> Schemes { get; } = [Uri.UriSchemeHttp, Uri.UriSchemeHttps];
    public IReadOnlyList<FailureReason> Reasons { get; } = [FailureReason.TooManyRedirects, FailureReason.UnexpectedStatus];

    public IReadOnlyList<AssertionSource> Sources { get; } =
    [
        AssertionSource.Status, AssertionSource.Header, AssertionSource.Body, AssertionSource.Json, AssertionSource.Latency,
        AssertionSource.CertDays, AssertionSource.Ip,
    ];

    public void Validate(string url, CheckSettings settings, ICollection<FieldError> errors)
    {
        if (!IsTarget(url))
            errors.Add(new FieldError("url", "must be an absolute http or https URL of at most 2048 characters, with the name or address of a host (labels of 1 to 63 letters, digits, - and _, 253 in all), a port from 1 to 65535, and without user or password"));
    }

    // .NET accepts white space and control characters in URLs; other software does not.
    private static bool IsTarget(string url) =>
        url.Length <= MaxUrl && !url.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))
        && Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && HttpUrl.CanBeAsked(uri) && uri.UserInfo.Length == 0;
}
