using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using Monit.Core.Checks;
using Monit.Core.Checks.Assertions;
using Monit.Core.Checks.Http;
using Monit.Core.Checks.Kinds;
using Monit.Core.Checks.Settings;
using Monit.Core.Validation;

namespace Monit.Check;

/// <summary>The command line, and the check that it asks for.</summary>
internal sealed class CheckLine
{
    private const int UsualStatus = 200;
    private const int UsualTimeout = 15;

    private readonly Command _command;
    private readonly Argument<string> _url = new("URL") { Description = "what to check: http://… or https://…; private addresses are allowed, since this is your own machine, but no cloud metadata service" };
    private readonly Option<string[]> _assert = new("--assert", "-a") { HelpName = "ASSERTION", Description = "what must hold, such as \"status in 200-299\", \"json $.ok eq true\" or \"latency lt 500 (degraded)\"; may be repeated" };
    private readonly Option<string?> _method = new("--method", "-X") { HelpName = "METHOD", Description = "default: GET, with --data POST" };
    private readonly Option<string[]> _header = new("--header", "-H") { HelpName = "HEADER", Description = "\"Name: value\"; may be repeated" };
    private readonly Option<string[]> _secretHeader = new("--secret-header") { HelpName = "HEADER", Description = "the same, and its value is shown nowhere; so are those of Authorization, Cookie and X-Api-Key in any case" };
    private readonly Option<string?> _data = new("--data", "-d") { HelpName = "TEXT", Description = "the body of the request" };
    private readonly Option<string?> _user = new("--user", "-u") { HelpName = "USER:PASSWORD", Description = "basic authentication" };
    private readonly Option<string?> _bearer = new("--bearer") { HelpName = "TOKEN", Description = "bearer authentication" };
    private readonly Option<bool> _noRedirects = new("--no-redirects") { Description = "judge the redirect itself" };
    private readonly Option<string?> _http = new("--http") { HelpName = "VERSION", Description = "1.1 or 2; default: what TLS agrees on" };
    private readonly Option<string?> _ca = new("--ca") { HelpName = "FILE", Description = "a file of certificates (PEM) to trust in place of the system's" };
    private readonly Option<string?> _cert = new("--cert") { HelpName = "FILE", Description = "a file with the client's certificate (PEM)" };
    private readonly Option<string?> _key = new("--key") { HelpName = "FILE", Description = "a file with its key (PEM, not encrypted)" };
    private readonly Option<bool> _insecure = new("--insecure", "-k") { Description = "do not verify the certificate" };
    private readonly Option<bool> _v4 = new("-4") { Description = "IPv4 only" };
    private readonly Option<bool> _v6 = new("-6") { Description = "IPv6 only" };
    private readonly Option<string?> _timeout = new("--timeout", "-t") { HelpName = "SECONDS", Description = "for all of it, 1..60; default: 15" };
    private readonly Option<string?> _minDays = new("--min-days") { HelpName = "DAYS", Description = "for which the certificates must at least be valid, 0..3650" };
    private readonly Option<string?> _expect = new("--expect") { HelpName = "STATUS", Description = "the expected status, 100..599, or any; default: 200, or any if an assertion judges the status" };

    public CheckLine()
    {
        _command = new Command("check", "Checks a URL once, as a worker would, stores nothing, and prints what came. Ends with 0 if the target counts as up, 1 if not or if Monit could not judge, 2 if the command line is wrong.")
        {
            _url, _assert, _expect, _method, _header, _secretHeader, _data, _user, _bearer, _noRedirects, _http, _ca, _cert, _key, _insecure, _minDays, _v4, _v6, _timeout, Json,
            new HelpOption(),
        };
    }

    public ParseResult Parse(string[] args) => new Command("monit") { _command }.Parse([_command.Name, .. args]);

    public Option<bool> Json { get; } = new("--json") { Description = "print the report as JSON, on one line" };

    /// <param name="problems">Gets what is wrong, a sentence each; then the result is null.</param>
    public CheckConfig? Read(ParseResult parsed, List<string> problems)
    {
        var assertions = Assertions(parsed, problems);
        var settings = new CheckSettings
        {
            Request = Request(parsed, problems),
            Tls = Tls(parsed, problems),
            Network = parsed.GetValue(_v4) ? new NetworkSettings { IpFamily = IpFamily.V4 } : parsed.GetValue(_v6) ? new NetworkSettings { IpFamily = IpFamily.V6 } : null,
            Assertions = assertions.Count > 0 ? assertions : null,
        };
        if (parsed.GetValue(_v4) && parsed.GetValue(_v6))
            problems.Add("-4 and -6 exclude each other");
        var timeout = Number(parsed, _timeout, 1, 60, problems) ?? UsualTimeout;
        var status = Status(parsed, assertions, problems);

        var url = parsed.GetValue(_url)!;
        var errors = new List<FieldError>();
        if (problems.Count == 0)
            (CheckKinds.Of(url) ?? HttpKind.Instance).Validate(url, settings, errors);
        problems.AddRange(errors.Select(error => $"{NameOf(error.Field)} {error.Message}"));
        return problems.Count > 0 ? null
            : new CheckConfig(1, TimeSpan.FromDays(1), TimeSpan.FromSeconds(timeout), status, LatencyThreshold: null, url) { Settings = settings };
    }

    private RequestSettings? Request(ParseResult parsed, List<string> problems)
    {
        var (headers, secret) = (new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase), new List<string>());
        foreach (var (option, text) in Given(parsed, _header).Concat(Given(parsed, _secretHeader)))
            if (text.IndexOf(':', StringComparison.Ordinal) is not (> 0 and var colon))
                problems.Add($"{option.Name} must be \"Name: value\"");
            else if (!headers.TryAdd(text[..colon].Trim(), text[(colon + 1)..].Trim()))
                problems.Add($"{option.Name} names {text[..colon].Trim()} twice");
            else if (option == _secretHeader)
                secret.Add(text[..colon].Trim());
        var request = new RequestSettings
        {
            Method = parsed.GetValue(_method)?.ToUpperInvariant() ?? (parsed.GetValue(_data) is null ? null : "POST"), Headers = headers.Count > 0 ? headers : null, SecretHeaders = secret.Count > 0 ? secret : null,
            Body = parsed.GetValue(_data), Auth = Auth(parsed, problems), FollowRedirects = parsed.GetValue(_noRedirects) ? false : null, HttpVersion = Version(parsed, problems),
        };
        return request == new RequestSettings() ? null : request;
    }

    private HttpAuth? Auth(ParseResult parsed, List<string> problems)
    {
        var (user, bearer) = (parsed.GetValue(_user), parsed.GetValue(_bearer));
        if (user is not null && bearer is not null)
            problems.Add("--user and --bearer exclude each other");
        else if (user is not null && !user.Contains(':', StringComparison.Ordinal))
            problems.Add("--user must be user:password");
        else if (user?.Split(':', 2) is [var name, var password])
            return new HttpAuth { Basic = new BasicAuth(name, password) };
        return bearer is null ? null : new HttpAuth { Bearer = new BearerAuth(bearer) };
    }

    private HttpProtocol? Version(ParseResult parsed, List<string> problems)
    {
        switch (parsed.GetValue(_http))
        {
            case null: return null;
            case "1.1": return HttpProtocol.Http11;
            case "2": return HttpProtocol.Http2;
            case var other:
                problems.Add($"--http must be 1.1 or 2, not {other}");
                return null;
        }
    }

    private TlsSettings? Tls(ParseResult parsed, List<string> problems)
    {
        if (parsed.GetValue(_cert) is null != parsed.GetValue(_key) is null)
            problems.Add("--cert and --key need each other");
        var tls = new TlsSettings
        {
            Verify = parsed.GetValue(_insecure) ? false : null, MinDays = Number(parsed, _minDays, 0, 3650, problems),
            Ca = File(_ca), ClientCertificate = File(_cert), ClientKey = File(_key),
        };
        return tls == new TlsSettings() ? null : tls;

        string? File(Option<string?> option)
        {
            if (parsed.GetValue(option) is not { } path)
                return null;
            try
            {
                return System.IO.File.ReadAllText(path);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
            {
                problems.Add($"{option.Name}: {failure.Message}");
                return null;
            }
        }
    }

    private List<Assertion> Assertions(ParseResult parsed, List<string> problems)
    {
        var read = new List<Assertion>();
        foreach (var (option, text) in Given(parsed, _assert))
            if (!ShortForm.TryParse(text, out var assertion, out var problem))
                problems.Add($"{option.Name} \"{text}\" {problem}");
            else
                read.Add(assertion);
        if (read.Count > AssertionParser.MaxCount)
            problems.Add($"--assert may be given at most {AssertionParser.MaxCount} times");
        return read;
    }

    private int? Status(ParseResult parsed, List<Assertion> assertions, List<string> problems)
    {
        var given = parsed.GetValue(_expect);
        if (given is null)
            return assertions.Exists(assertion => assertion.Source == AssertionSource.Status) ? null : UsualStatus;
        if (given == "any")
            return null;
        if (int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 100 and <= 599)
            return status;
        problems.Add($"--expect must be any, or a status from 100 to 599, not {given}");
        return null;
    }

    private static int? Number(ParseResult parsed, Option<string?> option, int min, int max, List<string> problems)
    {
        if (parsed.GetValue(option) is not { } text)
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
            return number;
        problems.Add($"{option.Name} must be from {min} to {max}, not {text}");
        return null;
    }

    private static IEnumerable<(Option Option, string Text)> Given(ParseResult parsed, Option<string[]> option) =>
        (parsed.GetValue(option) ?? []).Select(text => ((Option)option, text));

    // What the API calls a field, by its name here.
    private string NameOf(string field) => field switch
    {
        "url" => _url.Name,
        "request.method" => _method.Name,
        "request.body" => _data.Name,
        "request.http_version" => _http.Name,
        "tls.ca" => _ca.Name,
        "tls.client_certificate" => _cert.Name,
        "tls.client_key" => _key.Name,
        _ when field.StartsWith("request.headers", StringComparison.Ordinal) => $"{_header.Name} {field["request.headers".Length..].TrimStart('.')}".TrimEnd(),
        _ when field.StartsWith("request.auth.basic", StringComparison.Ordinal) => _user.Name,
        _ when field.StartsWith("request.auth", StringComparison.Ordinal) => _bearer.Name,
        _ when field.StartsWith("assertions", StringComparison.Ordinal) => _assert.Name,
        _ => field,
    };
}
