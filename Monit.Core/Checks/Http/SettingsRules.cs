using System.Net;
using System.Net.Sockets;
using Monit.Core.Checks.Settings;
using Monit.Core.Validation;

namespace Monit.Core.Checks.Http;

/// <summary>What of a monitor's settings must agree with its URL.</summary>
internal static class SettingsRules
{
    private const int MaxDays = 3650;

    public static void Validate(Uri url, CheckSettings settings, ICollection<FieldError> errors)
    {
        if (settings.Tls is { } tls)
            Tls(url, tls, settings.Request?.FollowRedirects ?? true, errors);
        if (settings.Network?.IpFamily is { } family and not IpFamily.Any && IPAddress.TryParse(url.IdnHost.Trim('[', ']'), out var address)
            && (address.AddressFamily == AddressFamily.InterNetwork) != (family == IpFamily.V4))
            errors.Add(new("network.ip_family", $"must be any or {(family == IpFamily.V4 ? "6" : "4")}, as the address in the URL is"));
    }

    private static void Tls(Uri url, TlsSettings tls, bool follows, ICollection<FieldError> errors)
    {
        if (tls.MinDays is < 0 or > MaxDays)
            errors.Add(new("tls.min_days", $"must be from 0 to {MaxDays}"));
        if (url.Scheme == Uri.UriSchemeHttps)
            return;
        // It goes to the URL's own origin only.
        if (tls.ClientCertificate is not null)
            errors.Add(new("tls.client_certificate", "must be absent where the URL is not https: it is never sent to another origin"));
        // What a redirect leads to may be https.
        if (tls.MinDays is not null && !follows)
            errors.Add(new("tls.min_days", "must be absent where the URL is not https and redirects are not followed: there is no certificate"));
    }
}
