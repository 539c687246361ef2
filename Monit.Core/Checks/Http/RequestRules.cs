using System.Buffers;
using System.Text;
using Monit.Core.Checks.Settings;
using Monit.Core.Validation;

namespace Monit.Core.Checks.Http;

/// <summary>What a monitor's own request may be.</summary>
internal static class RequestRules
{
    public const int MaxHeaders = 50;
    /// <summary>In bytes: names, values and what is between them.</summary>
    public const int MaxHeaderBytes = 8 * 1024;
    /// <summary>In bytes of UTF-8.</summary>
    public const int MaxBody = 64 * 1024;
    /// <summary>In bytes of UTF-8, of a user, password or token.</summary>
    public const int MaxCredential = 4 * 1024;

    private const int MaxMethod = 20;
    private const int MaxShown = 60;

    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<char> NotOfHosts = SearchValues.Create("/?#@\\ \t");

    // TRACE sends credentials back, CONNECT asks for a tunnel, and PRI begins HTTP/2.
    private static readonly string[] RefusedMethods = ["TRACE", "CONNECT", "PRI"];

    // They belong to the connection and to where a body ends, which are Monit's to decide.
    private static readonly string[] RefusedHeaders =
        ["Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Proxy-Connection", "Upgrade", "HTTP2-Settings", "TE", "Trailer", "Expect"];

    public static void Validate(RequestSettings request, ICollection<FieldError> errors)
    {
        if (request.Method is { } method && !IsMethod(method))
            errors.Add(new("request.method", $"must be a method of 1 to {MaxMethod} capital letters and hyphens, such as GET, HEAD or POST, but none of {string.Join(", ", RefusedMethods)}"));
        if (request.Headers is { } headers)
            Headers(headers, errors);
        for (var i = 0; i < request.SecretHeaders?.Count; i++)
            if (!IsToken(request.SecretHeaders[i]))
                errors.Add(new($"request.secret_headers[{i}]", "must be the name of a header"));
        if (request.SecretHeaders?.Count > MaxHeaders)
            errors.Add(new("request.secret_headers", $"must be at most {MaxHeaders} names"));
        if (request.Body is { } body && (Bytes(body) ?? int.MaxValue) > MaxBody)
            errors.Add(new("request.body", $"must be a text of at most {MaxBody} bytes of UTF-8"));
        if (request.Auth is { } auth)
            Auth(auth, request, errors);
    }

    private static void Headers(IReadOnlyDictionary<string, string> headers, ICollection<FieldError> errors)
    {
        if (headers.Count > MaxHeaders || headers.Sum(header => header.Key.Length + (header.Value?.Length ?? 0) + 4L) > MaxHeaderBytes)
            errors.Add(new("request.headers", $"must be at most {MaxHeaders} headers, of {MaxHeaderBytes} bytes in all"));
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in headers)
            if (!IsToken(name))
                errors.Add(new("request.headers", $"must have names of letters, digits and !#$%&'*+-.^_`|~ only, which \"{Shown(name)}\" is not"));
            else if (Problem(name, value, seen) is { } problem)
                errors.Add(new($"request.headers.{name.ToLowerInvariant()}", problem));
    }

    private static string? Problem(string name, string? value, HashSet<string> seen) =>
        !seen.Add(name) ? "must be there once, whatever its case"
        : RefusedHeaders.Contains(name, StringComparer.OrdinalIgnoreCase) ? "must be absent: Monit sets what concerns the connection and the length of the body"
        : !IsValue(value) ? "must be a text of one line, in characters of ISO 8859-1 (Latin-1), without control characters"
        : name.Equals("Host", StringComparison.OrdinalIgnoreCase) && !IsHost(value!) ? "must be the name or address of a host, with or without a port"
        : null;

    private static void Auth(HttpAuth auth, RequestSettings request, ICollection<FieldError> errors)
    {
        if ((auth.Basic is null) == (auth.Bearer is null))
            errors.Add(new("request.auth", "must be either basic or bearer"));
        else if (request.Headers?.Keys.Contains("Authorization", StringComparer.OrdinalIgnoreCase) == true)
            errors.Add(new("request.auth", "must be absent where request.headers has Authorization"));
        if (auth.Basic is { } basic)
        {
            if (!IsCredential(basic.User) || basic.User!.Contains(':', StringComparison.Ordinal))
                errors.Add(new("request.auth.basic.user", $"must be a text of 1 to {MaxCredential} bytes of UTF-8, without colons and control characters"));
            if (basic.Password is not "" && !IsCredential(basic.Password))
                errors.Add(new("request.auth.basic.password", $"must be a text of at most {MaxCredential} bytes of UTF-8, without control characters"));
        }
        if (auth.Bearer is { Token: var token } && (!IsCredential(token) || token.AsSpan().ContainsAnyExceptInRange('!', '~')))
            errors.Add(new("request.auth.bearer.token", $"must be a text of 1 to {MaxCredential} visible ASCII characters"));
    }

    private static bool IsMethod(string method) =>
        method.Length is > 0 and <= MaxMethod && method.All(c => char.IsAsciiLetterUpper(c) || c == '-') && method[0] != '-' && method[^1] != '-'
        && !RefusedMethods.Contains(method);

    private static bool IsToken(string? name) => name is { Length: > 0 } && !name.AsSpan().ContainsAnyExcept(Token);

    private static bool IsValue(string? value) => value is not null && !value.Any(c => c > '\u00ff' || c == '\u007f' || (c < ' ' && c != '\t'));

    private static bool IsHost(string value) =>
        !value.AsSpan().ContainsAny(NotOfHosts) && Uri.TryCreate($"http://{value}/", UriKind.Absolute, out var url) && Ascii.IsValid(value) && HttpUrl.CanBeAsked(url);

    private static bool IsCredential(string? text) => text is { Length: > 0 } && !text.Any(char.IsControl) && Bytes(text) <= MaxCredential;

    // Null: half a surrogate pair is no character.
    private static int? Bytes(string text)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(text);
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }

    private static string Shown(string name) =>
        string.Concat(name.Take(MaxShown).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)) + (name.Length > MaxShown ? "…" : "");
}
