using Monit.Core.Checks;
using Monit.Core.Checks.Assertions;
using Monit.Core.Checks.Settings;

namespace Monit.Probes.Tests.Http.Table;

/// <summary>A line of the table: what is asked, what comes, what is asserted (parted by <c>;</c>), and what Monit says of it.</summary>
/// <param name="Means">State and reason.</param>
/// <param name="Detail">The exact text; <c>#</c> stands for any number.</param>
internal sealed record TableCase(string Name, Asking Asks, Answering Comes, string Asserted, string Means, string? Detail = null)
{
    public CheckConfig ConfigFor(string url)
    {
        var assertions = Asserted.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(text =>
            ShortForm.TryParse(text, out var assertion, out var problem) ? assertion : throw new ArgumentException($"{Name}: {text} {problem}")).ToList();
        var expected = Asks.Status is not 0 ? Asks.Status : assertions.Exists(assertion => assertion.Source == AssertionSource.Status) ? null : 200;
        return new CheckConfig(1, TimeSpan.FromMinutes(1), Asks.Timeout, expected, Asks.Threshold, url)
        {
            Settings = new CheckSettings { Request = Asks.Request, Tls = Asks.Tls, Network = Asks.Network, Assertions = assertions.Count > 0 ? assertions : null },
        };
    }

    public override string ToString() => Name;
}

/// <summary>What a monitor asks.</summary>
/// <param name="Status">The expected one; 0: by default, null: any.</param>
internal sealed record Asking(RequestSettings? Request = null, int? Status = 0)
{
    public string Path { get; init; } = "/";
    public TlsSettings? Tls { get; init; }
    public NetworkSettings? Network { get; init; }
    public TimeSpan? Threshold { get; init; }
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);

    public static Asking Get { get; } = new();
    public static Asking GetAny { get; } = new(Status: null);
    public static Asking Expecting(int status) => new(Status: status);
    public static Asking Method(string method, string? body = null, params (string Name, string Value)[] headers) =>
        new(new RequestSettings { Method = method, Body = body, Headers = headers.Length == 0 ? null : headers.ToDictionary(h => h.Name, h => h.Value) });
    public static Asking With(params (string Name, string Value)[] headers) => Method("GET", null, headers);
    public static Asking Basic(string user, string password) => new(new RequestSettings { Auth = new HttpAuth { Basic = new BasicAuth(user, password) } });
    public static Asking Bearer(string token) => new(new RequestSettings { Auth = new HttpAuth { Bearer = new BearerAuth(token) } });
    public static Asking NoRedirects { get; } = new(new RequestSettings { FollowRedirects = false });
    public static Asking Http2 { get; } = new(new RequestSettings { HttpVersion = HttpProtocol.Http2 });
    public static Asking Http11 { get; } = new(new RequestSettings { HttpVersion = HttpProtocol.Http11 });
    public static Asking Unverified { get; } = new() { Tls = new TlsSettings { Verify = false } };

    public Asking At(string path) => this with { Path = path };
}

/// <summary>Where what comes is made.</summary>
internal enum Source
{
    /// <summary>The bytes of <see cref="Answering.Text"/>, from a raw socket.</summary>
    Socket,
    /// <summary>Kestrel, which shows the request as JSON, and more (<see cref="TableServer"/>).</summary>
    Kestrel,
    KestrelOverHttp2,
    KestrelOverTls,
}

/// <summary>What comes.</summary>
/// <param name="Text">Each character is the byte of the same number; <c>{next}</c> is the URL of another server, with another port.</param>
/// <param name="Stays">Whether the connection stays open and silent after it.</param>
internal sealed record Answering(Source From, string Text = "", bool Stays = false)
{
    public static Answering Echo { get; } = new(Source.Kestrel);
    public static Answering Echo2 { get; } = new(Source.KestrelOverHttp2);
    public static Answering EchoTls { get; } = new(Source.KestrelOverTls);

    public static Answering Of(int status, string body = "", params string[] headers) => new(Source.Socket,
        $"HTTP/1.1 {status} Table\r\n{string.Concat(headers.Select(header => $"{header}\r\n"))}Content-Length: {body.Length}\r\n\r\n{body}");

    public static Answering Json(string json) => Of(200, Wire(json), "Content-Type: application/json");

    public static Answering Moved(int status, string location) => Of(status, "", $"Location: {location}");

    public static Answering Raw(string text, bool stays = false) => new(Source.Socket, text.Replace("|", "\r\n", StringComparison.Ordinal), stays);

    /// <summary>UTF-8, as characters of one byte.</summary>
    public static string Wire(string text) => System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
