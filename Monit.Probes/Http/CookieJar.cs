using System.Buffers;
using System.Globalization;
using System.Net;

namespace Monit.Probes.Http;

/// <summary>
/// The cookies of one check (RFC 6265). Bytes stand as the characters of the same number. What is malformed is ignored.
/// <see cref="CookieContainer"/> would be the library: it splits values at commas and refuses cookies for an unusual
/// <c>Expires</c> or <c>Max-Age</c>, which browsers take.
/// </summary>
internal sealed class CookieJar(TimeProvider time)
{
    /// <summary>The most that are kept, and the most that are read of one response.</summary>
    public const int MaxCookies = 50;
    private const int MaxSize = 4096;

    private static readonly SearchValues<char> Controls = SearchValues.Create([.. Enumerable.Range(0, ' ').Append(0x7f).Where(c => c != '\t').Select(c => (char)c)]);

    private readonly List<Cookie> _cookies = [];

    /// <param name="from">The URL that was asked for.</param>
    /// <param name="header">The value of a <c>Set-Cookie</c>.</param>
    public void Store(Uri from, string header)
    {
        if (header.AsSpan().ContainsAny(Controls) || Read(from, header) is not { } cookie)
            return;
        _cookies.RemoveAll(other => (other.Name, other.Domain, other.IsHostOnly, other.Path) == (cookie.Name, cookie.Domain, cookie.IsHostOnly, cookie.Path));
        if (_cookies.Count == MaxCookies)
            _cookies.RemoveAt(0);
        _cookies.Add(cookie);
    }

    /// <summary>The value of the header <c>Cookie</c>; null if no cookie is for that URL.</summary>
    public string? For(Uri url)
    {
        var (host, path, now) = (HostOf(url), PathOf(url), time.GetUtcNow());
        var cookies = _cookies
            .Where(cookie => cookie.Expires > now && (!cookie.IsSecure || url.Scheme == Uri.UriSchemeHttps)
                && (host == cookie.Domain || (!cookie.IsHostOnly && IsWithin(host, cookie.Domain))) && Covers(cookie.Path, path))
            .OrderByDescending(cookie => cookie.Path.Length)
            .Select(cookie => $"{cookie.Name}={cookie.Value}");
        return string.Join("; ", cookies) is { Length: > 0 } header ? header : null;
    }

    private Cookie? Read(Uri from, string header)
    {
        var parts = header.Split(';');
        if (Pair(parts[0]) is not ({ Length: > 0 } name, { } value) || name.Length + value.Length > MaxSize)
            return null;
        var (host, path) = (HostOf(from), PathOf(from));
        var cookie = new Cookie(name, value, host, true, path[..Math.Max(1, path.LastIndexOf('/'))], false, DateTimeOffset.MaxValue);
        TimeSpan? lifetime = null;
        foreach (var part in parts.AsSpan(1))
        {
            var (attribute, text) = Pair(part);
            text ??= "";
            switch (attribute.ToUpperInvariant())
            {
                case "DOMAIN" when text.TrimStart('.').ToLowerInvariant() is { Length: > 0 } domain:
                    cookie = cookie with { Domain = domain, IsHostOnly = false };
                    break;
                case "PATH" when text.StartsWith('/'):
                    cookie = cookie with { Path = text };
                    break;
                case "SECURE":
                    cookie = cookie with { IsSecure = true };
                    break;
                case "MAX-AGE":
                    lifetime = Lifetime(text) ?? lifetime;
                    break;
                case "EXPIRES" when TryParseDate(text, out var date):
                    cookie = cookie with { Expires = date };
                    break;
            }
        }
        if (lifetime is { } age)
            cookie = cookie with { Expires = time.GetUtcNow() + age };
        // A single label, such as com, belongs to no one.
        var isItsOwn = cookie.Domain == host || (cookie.Domain.Contains('.', StringComparison.Ordinal) && IsWithin(host, cookie.Domain));
        return isItsOwn && (!cookie.IsSecure || from.Scheme == Uri.UriSchemeHttps) ? cookie : null;
    }

    private static (string Name, string? Value) Pair(string text) => text.IndexOf('=', StringComparison.Ordinal) is >= 0 and var at
        ? (text[..at].Trim(' ', '\t'), text[(at + 1)..].Trim(' ', '\t')) : (text.Trim(' ', '\t'), null);

    private static TimeSpan? Lifetime(string text) => text.AsSpan(text.StartsWith('-') ? 1 : 0) is not { IsEmpty: false } digits || digits.ContainsAnyExceptInRange('0', '9')
        ? null : TimeSpan.FromSeconds(text[0] == '-' ? 0 : Math.Min(double.Parse(digits, CultureInfo.InvariantCulture), 1e9));

    // The day of the week may be wrong, and is.
    private static bool TryParseDate(string text, out DateTimeOffset date) => DateTimeOffset.TryParse(
        text[(text.IndexOf(',', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces, out date);

    private static string HostOf(Uri url) => url.IdnHost.ToLowerInvariant();

    private static string PathOf(Uri url) => url.PathAndQuery.Split('?')[0];

    private static bool IsWithin(string host, string domain) =>
        host.EndsWith(domain, StringComparison.Ordinal) && host.Length > domain.Length && host[^(domain.Length + 1)] == '.' && !IPAddress.TryParse(host, out _);

    private static bool Covers(string cookie, string path) =>
        path.StartsWith(cookie, StringComparison.Ordinal) && (path.Length == cookie.Length || cookie[^1] == '/' || path[cookie.Length] == '/');

    private sealed record Cookie(string Name, string Value, string Domain, bool IsHostOnly, string Path, bool IsSecure, DateTimeOffset Expires);
}
