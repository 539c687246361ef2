using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Monit.Core;
using Monit.Core.Checks.Answers;
using Monit.Core.Checks.Settings;
using Monit.Probes.Network;

namespace Monit.Probes.Http.Full;

/// <summary>One request of a check as its monitor's settings have it, and what its connection must be.</summary>
internal sealed class FullRequest
{
    private readonly RequestSettings _settings;
    private readonly Hop? _hop;
    private readonly string? _body;
    private readonly string? _host;

    /// <param name="url">The monitor's, or that of the hop.</param>
    public FullRequest(CheckSettings settings, Uri url, Hop? hop)
    {
        (_settings, _hop, Url) = (settings.Request ?? new RequestSettings(), hop, url);
        var method = _settings.Method ?? "GET";
        Method = new HttpMethod(IsRepeated ? method : method == "HEAD" ? "HEAD" : "GET");
        _body = IsRepeated ? _settings.Body : null;
        _host = IsHome ? _settings.Headers?.FirstOrDefault(header => header.Key.Equals("Host", StringComparison.OrdinalIgnoreCase)).Value : null;
        var isSecure = url.Scheme == Uri.UriSchemeHttps;
        Protocol = _settings.HttpVersion ?? (PlainRequests.IsPlain(settings.Request) ? HttpProtocol.Http11 : HttpProtocol.Auto);
        Plan = new ConnectionPlan(isSecure, settings.Network?.IpFamily ?? IpFamily.Any,
            isSecure ? Tls(PlainRequests.ForConnection(settings.Tls)) : null, isSecure && Protocol != HttpProtocol.Http11);
    }

    public Uri Url { get; }
    public HttpMethod Method { get; }
    public HttpProtocol Protocol { get; }
    public ConnectionPlan Plan { get; }

    /// <summary>Whether it changes nothing at the target (RFC 9110, 9.2.1), so that it may be sent again.</summary>
    public bool IsSafe => Method.Method is "GET" or "HEAD" or "OPTIONS";

    /// <summary>What requests must have in common to use one connection after the other.</summary>
    public ClientKey Key => new(Url.GetLeftPart(UriPartial.Authority), _host, Plan, Protocol == HttpProtocol.Http2);

    private bool IsRepeated => _hop is not { Repeats: false };
    private bool IsHome => _hop is not { IsHome: false };

    /// <param name="keepsConnection">Otherwise the target is told to close it.</param>
    public HttpRequestMessage Message(bool keepsConnection)
    {
        var message = new HttpRequestMessage(Method, Url)
        {
            Version = Protocol == HttpProtocol.Http11 || (Protocol == HttpProtocol.Auto && !Plan.IsSecure) ? HttpVersion.Version11 : HttpVersion.Version20,
            VersionPolicy = Protocol == HttpProtocol.Http2 ? HttpVersionPolicy.RequestVersionExact : HttpVersionPolicy.RequestVersionOrLower,
        };
        if (_body is not null)
            message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(_body));
        foreach (var (name, value) in _settings.Headers ?? new Dictionary<string, string>())
            if (MayHave(name))
                Add(message, name, value);
        AddDefaults(message);
        if (!keepsConnection)
            message.Headers.ConnectionClose = true;
        return message;
    }

    // What is secret, and what names a host, is for the monitor's own origin; what describes a body, for a request with that.
    private bool MayHave(string header) =>
        (IsHome || !(_settings.IsSecret(header) || header.Equals("Host", StringComparison.OrdinalIgnoreCase)))
        && (IsRepeated || !header.StartsWith("Content-", StringComparison.OrdinalIgnoreCase));

    private static void Add(HttpRequestMessage message, string name, string value)
    {
        // .NET keeps some headers with a body, which may be empty.
        if (!message.Headers.TryAddWithoutValidation(name, value))
            (message.Content ??= new ByteArrayContent([])).Headers.TryAddWithoutValidation(name, value);
    }

    private void AddDefaults(HttpRequestMessage message)
    {
        var headers = message.Headers;
        AddIfAbsent(headers, "User-Agent", Product.UserAgent);
        AddIfAbsent(headers, "Accept", "*/*");
        AddIfAbsent(headers, "Accept-Encoding", ContentCoding.Accepted);
        if (IsHome && Credentials(_settings.Auth) is { } credentials)
            headers.TryAddWithoutValidation("Authorization", credentials);
        if (_hop?.Cookies is { } cookies)
        {
            var own = headers.NonValidated.TryGetValues("Cookie", out var given) ? given.ToString() : null;
            headers.Remove("Cookie");
            headers.TryAddWithoutValidation("Cookie", own is null ? cookies : $"{own}; {cookies}");
        }
        if (!string.IsNullOrEmpty(_body) && !message.Content!.Headers.NonValidated.Contains("Content-Type"))
            message.Content.Headers.TryAddWithoutValidation("Content-Type", IsJson(_body) ? "application/json" : "text/plain; charset=utf-8");
    }

    private static void AddIfAbsent(HttpRequestHeaders headers, string name, string value)
    {
        if (!headers.NonValidated.Contains(name))
            headers.TryAddWithoutValidation(name, value);
    }

    private static string? Credentials(HttpAuth? auth) => auth switch
    {
        { Basic: { } basic } => $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{basic.User}:{basic.Password}"))}",
        { Bearer: { } bearer } => $"Bearer {bearer.Token}",
        _ => null,
    };

    private TlsSettings? Tls(TlsSettings? tls) =>
        IsHome || tls is null ? tls : PlainRequests.ForConnection(tls with { ClientCertificate = null, ClientKey = null });

    private static bool IsJson(string text)
    {
        try
        {
            using var _ = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

/// <param name="Origin">Scheme, host and port.</param>
/// <param name="Host">The header, if the monitor has one of its own.</param>
internal sealed record ClientKey(string Origin, string? Host, ConnectionPlan Plan, bool IsHttp2Only);
