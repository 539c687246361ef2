using System.Text.Json.Serialization;

namespace Monit.Core.Checks.Settings;

/// <summary>The HTTP request that a check sends.</summary>
public sealed record RequestSettings
{
    /// <summary>In capital letters; default <c>GET</c>.</summary>
    public string? Method { get; init; }

    /// <summary>Sent in this order, besides those that a check has anyway, or in place of them.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>The names of headers, in any case, whose values are secrets; <see cref="AlwaysSecret"/> are without being named.</summary>
    public IReadOnlyList<string>? SecretHeaders { get; init; }

    /// <summary>Sent as UTF-8.</summary>
    public string? Body { get; init; }

    public HttpAuth? Auth { get; init; }

    /// <summary>Default true.</summary>
    public bool? FollowRedirects { get; init; }

    /// <summary>Default <see cref="HttpProtocol.Auto"/>.</summary>
    public HttpProtocol? HttpVersion { get; init; }

    /// <summary>The headers that hold credentials whatever the target.</summary>
    [JsonIgnore]
    public static IReadOnlyList<string> AlwaysSecret { get; } = ["Authorization", "Cookie", "Proxy-Authorization", "X-Api-Key"];

    /// <summary>Whether the value of this header is a secret.</summary>
    public bool IsSecret(string header) =>
        AlwaysSecret.Contains(header, StringComparer.OrdinalIgnoreCase) || SecretHeaders?.Contains(header, StringComparer.OrdinalIgnoreCase) == true;

    /// <summary>The method: what else there is may be a secret.</summary>
    public override string ToString() => Method ?? "GET";

    internal RequestSettings MapSecrets(SecretMap map, string path) => this with
    {
        Headers = Headers?.ToDictionary(header => header.Key,
            header => IsSecret(header.Key) ? map($"{path}.headers.{header.Key.ToLowerInvariant()}", header.Value) : header.Value),
        Auth = Auth?.MapSecrets(map, $"{path}.auth"),
    };
}

/// <summary>The credentials of a request: one of the two.</summary>
public sealed record HttpAuth
{
    public BasicAuth? Basic { get; init; }
    public BearerAuth? Bearer { get; init; }

    /// <summary>Which of the two it is, without credentials.</summary>
    public override string ToString() => Basic is not null ? "basic" : "bearer";

    internal HttpAuth MapSecrets(SecretMap map, string path) => this with
    {
        Basic = Basic is { Password: { } password } ? Basic with { Password = map($"{path}.basic.password", password) } : Basic,
        Bearer = Bearer is { Token: { } token } ? Bearer with { Token = map($"{path}.bearer.token", token) } : Bearer,
    };
}

/// <param name="User">Without a colon.</param>
/// <param name="Password">A secret.</param>
public sealed record BasicAuth(string? User, string? Password)
{
    /// <summary>Without the password.</summary>
    public override string ToString() => $"{User}:{Secret.Mask}";
}

/// <param name="Token">A secret.</param>
public sealed record BearerAuth(string? Token)
{
    /// <summary>Without the token.</summary>
    public override string ToString() => Secret.Mask;
}

/// <summary>The version of HTTP that a check speaks.</summary>
public enum HttpProtocol : byte
{
    /// <summary>HTTP/1.1, or HTTP/2 where TLS agrees on it.</summary>
    [JsonStringEnumMemberName("auto")]
    Auto,
    [JsonStringEnumMemberName("1.1")]
    Http11,
    /// <summary>Without TLS, with prior knowledge.</summary>
    [JsonStringEnumMemberName("2")]
    Http2,
}
