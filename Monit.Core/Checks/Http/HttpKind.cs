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
        if (IsTarget(url))
            SettingsRules.Validate(new Uri(url), settings, errors);
        else
            errors.Add(new FieldError("url", "must be an absolute http or https URL of at most 2048 characters, with the name or address of a host (labels of 1 to 63 letters, digits, - and _, 253 in all), a port from 1 to 65535, and without user or password"));
        if (settings.Request is { } request)
            RequestRules.Validate(request, errors);
        if (settings.Tls is { } tls)
            Pem.Validate(tls, errors);
        for (var i = 0; i < settings.Assertions?.Count; i++)
            if (!Sources.Contains(settings.Assertions[i].Source))
                errors.Add(new FieldError($"assertions[{i}].source", $"must be one of {string.Join(", ", Sources.Select(source => source.ToWire()))} for {Name}"));
    }

    // .NET accepts white space and control characters in URLs; other software does not.
    private static bool IsTarget(string url) =>
        url.Length <= MaxUrl && !url.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))
        && Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && HttpUrl.CanBeAsked(uri) && uri.UserInfo.Length == 0;
}
