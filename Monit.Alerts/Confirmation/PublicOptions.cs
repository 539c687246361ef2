using Microsoft.Extensions.Options;

namespace Monit.Alerts.Confirmation;

/// <summary>Where people reach Monit.</summary>
internal sealed class PublicOptions : IValidateOptions<PublicOptions>
{
    /// <summary>
    /// The address that links in mails begin with, such as <c>https://monit.example.org</c>: of Monit.Api, http or https, without
    /// query. No default: without it there are no links, and never the Host of a request.
    /// </summary>
    public string? PublicUrl { get; set; }

    /// <summary>With a slash at its end; null if it is not set.</summary>
    public Uri? Base => string.IsNullOrWhiteSpace(PublicUrl) ? null : new Uri(PublicUrl.Trim().TrimEnd('/') + "/");

    public ValidateOptionsResult Validate(string? name, PublicOptions options) =>
        string.IsNullOrWhiteSpace(options.PublicUrl)
        || (Uri.TryCreate(options.PublicUrl.Trim(), UriKind.Absolute, out var url) && url is { Scheme: "http" or "https", Query: "", Fragment: "", UserInfo: "" }
            && url.Host.Length > 0)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail("PublicUrl must be an absolute http or https URL without user, query and fragment, such as https://monit.example.org.");
}
