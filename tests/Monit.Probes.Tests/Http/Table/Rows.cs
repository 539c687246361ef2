using static Monit.Probes.Tests.Http.Table.Answering;
using static Monit.Probes.Tests.Http.Table.Asking;

namespace Monit.Probes.Tests.Http.Table;

/// <summary>The table, one case a line.</summary>
internal static class Rows
{
    private const string Status = "down UNEXPECTED_STATUS";
    private const string Failed = "down ASSERTION_FAILED";
    private const string Degraded = "degraded ASSERTION_FAILED";

    public static IReadOnlyList<TableCase> All { get; } = [.. Statuses(), .. Headers(), .. Bodies(), .. JsonValues(), .. Severities(), .. Requests(), .. Redirects(), .. Codings(), .. Times(), .. Certificates(), .. Broken()];

    private static IEnumerable<TableCase> Statuses() =>
    [
        new("200 by default", Get, Of(200), "", "up"),
        new("204 is not 200", Get, Of(204), "", Status, "expected status 200, got 204"),
        new("404 by default", Get, Of(404, "gone"), "", Status, "expected status 200, got 404"),
        new("500 by default", Get, Of(500, "oops"), "", Status, "expected status 200, got 500"),
        new("404 that is expected", Expecting(404), Of(404), "", "up"),
        new("200 where 404 is expected", Expecting(404), Of(200), "", Status, "expected status 404, got 200"),
        new("any status", GetAny, Of(503), "", "up"),
        new("status in a range", Get, Of(204), "status in 200-299", "up"),
        new("status outside of a range", Get, Of(302), "status in 200-299", Failed, "expected status in 200-299, got 302"),
        new("status in several ranges", Get, Of(404), "status in 200-299,404", "up"),
        new("status in none of several ranges", Get, Of(500), "status in 200-299,404", Failed, "expected status in 200-299,404, got 500"),
        new("status eq", Get, Of(201), "status eq 201", "up"),
        new("status eq another", Get, Of(200), "status eq 201", Failed, "expected status eq 201, got 200"),
        new("status ne", Get, Of(500), "status ne 500", Failed, "expected status ne 500, got 500"),
        new("status lt", Get, Of(404), "status lt 400", Failed, "expected status lt 400, got 404"),
        new("status le", Get, Of(400), "status le 400", "up"),
        new("status gt", Get, Of(200), "status gt 200", Failed, "expected status gt 200, got 200"),
        new("status ge", Get, Of(200), "status ge 200", "up"),
        new("status of 599", Get, Of(599), "status ge 500", "up"),
        new("two statuses, one wrong", Get, Of(301), "status ge 200; status lt 300", Failed, "expected status lt 300, got 301"),
        new("expected status before assertions", Expecting(200), Of(500), "status ge 500", Status, "expected status 200, got 500"),
    ];

    private static IEnumerable<TableCase> Headers() =>
    [
        new("header eq", Get, Of(200, "", "X-A: 1"), "header x-a eq \"1\"", "up"),
        new("header's name in any case", Get, Of(200, "", "X-a: 1"), "header X-A exists", "up"),
        new("header eq another", Get, Of(200, "", "X-A: 2"), "header x-a eq \"1\"", Failed, "expected header x-a eq 1, got 2"),
        new("header's value keeps its case", Get, Of(200, "", "X-A: Yes"), "header x-a eq yes", Failed, "expected header x-a eq yes, got Yes"),
        new("header contains", Get, Of(200, "", "Content-Type: application/json"), "header content-type contains json", "up"),
        new("header contains not", Get, Of(200, "", "Content-Type: text/html"), "header content-type contains json", Failed, "expected header content-type contains json, got text/html"),
        new("header not_contains", Get, Of(200, "", "Server: nginx/1.2"), "header server not_contains nginx", Failed, "expected header server not_contains nginx, got nginx/1.2"),
        new("header is missing", Get, Of(200), "header x-a eq \"1\"", Failed, "expected header x-a eq 1, got nothing"),
        new("header is missing for ne, too", Get, Of(200), "header x-a ne \"1\"", Failed, "expected header x-a ne 1, got nothing"),
        new("header exists", Get, Of(200), "header x-a exists", Failed, "expected header x-a exists, got nothing"),
        new("header not_exists", Get, Of(200), "header x-a not_exists", "up"),
        new("header not_exists but does", Get, Of(200, "", "X-A: 1"), "header x-a not_exists", Failed, "expected header x-a not_exists, got 1"),
        new("header of several values, one holds", Get, Of(200, "", "X-A: 1", "X-A: 2"), "header x-a eq \"2\"", "up"),
        new("header of several values, none holds", Get, Of(200, "", "X-A: 1", "X-A: 2"), "header x-a eq \"3\"", Failed, "expected header x-a eq 3, got 1, 2"),
        new("header matches", Get, Of(200, "", "X-Version: 1.25.3"), "header x-version matches ^1\\.2\\d", "up"),
        new("header matches not", Get, Of(200, "", "X-Version: 1.3"), "header x-version matches ^2", Failed, "expected header x-version matches ^2, got 1.3"),
        new("header ge", Get, Of(200, "", "Age: 90"), "header age ge 60", "up"),
        new("header lt", Get, Of(200, "", "Age: 90"), "header age lt 60", Failed, "expected header age lt 60, got 90"),
        new("header that is no number", Get, Of(200, "", "Age: old"), "header age lt 60", Failed, "expected header age lt 60, got old"),
        new("header in", Get, Of(200, "", "X-A: b"), "header x-a in a,b", "up"),
        new("header with spaces around it", Get, Of(200, "", "X-A:   1  "), "header x-a eq \"1\"", "up"),
        new("header that is empty", Get, Of(200, "", "X-A:"), "header x-a exists", "up"),
        new("content-length is a header", Get, Of(200, "four"), "header content-length eq \"4\"", "up"),
    ];

    private static IEnumerable<TableCase> Bodies() =>
    [
        new("body contains", Get, Of(200, "all is well"), "body contains is well", "up"),
        new("body contains not", Get, Of(200, "maintenance"), "body contains is well", Failed, "expected body contains is well, got maintenance"),
        new("body not_contains", Get, Of(200, "an error"), "body not_contains error", Failed, "expected body not_contains error, got an error"),
        new("body eq", Get, Of(200, "ok"), "body eq ok", "up"),
        new("body eq with a line break", Get, Of(200, "ok\n"), "body eq ok", Failed, "expected body eq ok, got ok "),
        new("body matches", Get, Of(200, "build 42"), "body matches ^build \\d+$", "up"),
        new("body is empty", Get, Of(200), "body contains ok", Failed, "expected body contains ok, got nothing"),
        new("body is empty and may be", Get, Of(200), "body not_exists", "up"),
        new("body exists", Get, Of(200, "x"), "body exists", "up"),
        new("body in UTF-8", Get, Of(200, Wire("grün 𝄞")), "body contains grün 𝄞", "up"),
        new("body that is no UTF-8", Get, Of(200, "\u00fd\u00fc"), "body contains ok", Failed, "expected body contains ok, got \ufffd\ufffd"),
        new("body with control characters", Get, Of(200, "a\u001b[31mb\u0007"), "body eq x", Failed, "expected body eq x, got a [31mb "),
        new("body that is long is shortened", Get, Of(200, new string('x', 500)), "body contains ok", Failed, $"expected body contains ok, got {new string('x', 200)}…"),
        new("body in chunks", Get, Raw("HTTP/1.1 200 OK|Transfer-Encoding: chunked||2|al|5|l wel|1|l|0||"), "body eq all well", "up"),
        new("body until the end of the connection", Get, Raw("HTTP/1.1 200 OK||all well"), "body eq all well", "up"),
        new("body of an error", Get, Of(503, "maintenance"), "status eq 503; body contains maintenance", "up"),
        new("body of 100 KB", Get.At("/long/100000"), Echo, "body matches end$", "up"),
        new("body of 1 MB", Get.At("/long/1000000"), Echo, "body contains end", "up"),
        new("body beyond 1 MiB", Get.At("/long/1048577"), Echo, "body contains end", Failed, "expected body contains end, but the body is longer than 1 MiB"),
        new("body beyond 1 MiB that nobody judges", Get.At("/long/1048577"), Echo, "status eq 200", "up"),
    ];

    private static IEnumerable<TableCase> JsonValues() =>
    [
        new("json true", Get, Json("""{"ok":true}"""), "json $.ok eq true", "up"),
        new("json false", Get, Json("""{"ok":false}"""), "json $.ok eq true", Failed, "expected json $.ok eq true, got false"),
        new("json text is no truth value", Get, Json("""{"ok":"true"}"""), "json $.ok eq true", Failed, "expected json $.ok eq true, got \"true\""),
        new("json null", Get, Json("""{"error":null}"""), "json $.error eq null", "up"),
        new("json text", Get, Json("""{"name":"a"}"""), "json $.name eq \"b\"", Failed, "expected json $.name eq \"b\", got \"a\""),
        new("json number", Get, Json("""{"n":1.0}"""), "json $.n eq 1", "up"),
        new("json order", Get, Json("""{"queue":120}"""), "json $.queue lt 100", Failed, "expected json $.queue lt 100, got 120"),
        new("json nested", Get, Json("""{"db":{"state":"up"}}"""), "json $.db.state eq \"up\"", "up"),
        new("json of a list", Get, Json("""{"items":[{"id":1},{"id":2}]}"""), "json $.items[1].id eq 2", "up"),
        new("json of several values, one holds", Get, Json("""[1,2,3]"""), "json $[*] eq 3", "up"),
        new("json of several values, none holds", Get, Json("""[1,2,3]"""), "json $[*] gt 3", Failed, "expected json $[*] gt 3, got 3 values, the first 1"),
        new("json with a filter", Get, Json("""[{"n":"a","up":true},{"n":"b","up":false}]"""), "json $[?@.up==false].n not_exists", Failed, "expected json $[?@.up==false].n not_exists, got \"b\""),
        new("json that is missing", Get, Json("{}"), "json $.ok eq true", Failed, "expected json $.ok eq true, got nothing"),
        new("json exists", Get, Json("""{"ok":null}"""), "json $.ok exists", "up"),
        new("json contains", Get, Json("""{"v":"1.2.3"}"""), "json $.v contains \"1.2\"", "up"),
        new("json matches", Get, Json("""{"v":"1.2.3"}"""), "json $.v matches \"^2\"", Failed, "expected json $.v matches \"^2\", got \"1.2.3\""),
        new("json in", Get, Json("""{"s":"idle"}"""), "json $.s in [\"busy\",\"idle\"]", "up"),
        new("json of an object", Get, Json("""{"a":{"b":1}}"""), "json $.a eq 1", Failed, "expected json $.a eq 1, got {\"b\":1}"),
        new("json that is none", Get, Of(200, "<html>"), "json $.ok eq true", Failed, "expected json $.ok eq true, but the body is not JSON"),
        new("json that is cut off", Get, Json("""{"ok":tr"""), "json $.ok eq true", Failed, "expected json $.ok eq true, but the body is not JSON"),
        new("json of no body", Get, Of(200), "json $.ok exists", Failed, "expected json $.ok exists, but the body is empty"),
        new("json of any content type", Get, Of(200, """{"ok":true}""", "Content-Type: text/plain"), "json $.ok eq true", "up"),
    ];

    private static IEnumerable<TableCase> Severities() =>
    [
        new("degraded", Get, Of(200, "slow"), "body not_contains slow (degraded)", Degraded, "expected body not_contains slow, got slow"),
        new("degraded that holds", Get, Of(200, "ok"), "body not_contains slow (degraded)", "up"),
        new("down counts for more than degraded", Get, Of(200, "slow"), "body not_contains slow (degraded); body contains ok", Failed, "expected body contains ok, got slow"),
        new("the first of several degraded", Get, Of(200, "x", "X-A: 1"), "header x-a eq \"2\" (degraded); body eq y (degraded)", Degraded, "expected header x-a eq 2, got 1"),
        new("the first of several down", Get, Of(200, "x", "X-A: 1"), "header x-a eq \"2\"; body eq y", Failed, "expected header x-a eq 2, got 1"),
        new("status counts for more than degraded", Expecting(200), Of(500, "x"), "body eq y (degraded)", Status, "expected status 200, got 500"),
        new("degraded status", Get, Of(503), "status in 200-299 (degraded)", Degraded, "expected status in 200-299, got 503"),
        new("ten that hold", Get, Of(200, "ok", "X-A: 1"), string.Join(';', Enumerable.Repeat("body eq ok;header x-a exists", 5)), "up"),
    ];

    private static IEnumerable<TableCase> Requests() =>
    [
        new("GET", Get, Echo, "json $.method eq \"GET\"; json $.body eq \"\"", "up"),
        new("POST with a body", Method("POST", "hello"), Echo, "json $.method eq \"POST\"; json $.body eq \"hello\"; json $.headers['content-length'] eq \"5\"", "up"),
        new("POST without a body", Method("POST"), Echo, "json $.method eq \"POST\"; json $.headers['content-length'] eq \"0\"", "up"),
        new("PUT in UTF-8", Method("PUT", "grün"), Echo, "json $.method eq \"PUT\"; json $.body eq \"grün\"; json $.headers['content-length'] eq \"5\"", "up"),
        new("PATCH", Method("PATCH", "{}", ("Content-Type", "application/json")), Echo, "json $.method eq \"PATCH\"; json $.headers['content-type'] eq \"application/json\"", "up"),
        new("DELETE", Method("DELETE"), Echo, "json $.method eq \"DELETE\"", "up"),
        new("OPTIONS", Method("OPTIONS"), Echo, "json $.method eq \"OPTIONS\"", "up"),
        new("HEAD has no body", Method("HEAD"), Echo, "header content-type contains json; body not_exists", "up"),
        new("HEAD whose length is no body", Method("HEAD"), Raw("HTTP/1.1 200 OK|Content-Length: 1000||", stays: true), "header content-length eq \"1000\"", "up"),
        new("HEAD of an error", Method("HEAD"), Raw("HTTP/1.1 404 Gone|Content-Length: 1000||", stays: true), "", Status, "expected status 200, got 404"),
        new("a header of its own", With(("X-A", "1")), Echo, "json $.headers['x-a'] eq \"1\"", "up"),
        new("a User-Agent of its own", With(("User-Agent", "mine")), Echo, "json $.headers['user-agent'] eq \"mine\"", "up"),
        new("the usual User-Agent", Get, Echo, "json $.headers['user-agent'] matches \"^Monit/\"", "up"),
        new("a Host of its own", With(("Host", "shop.example")), Echo, "json $.headers.host eq \"shop.example\"", "up"),
        new("a cookie", With(("Cookie", "a=b")), Echo, "json $.headers.cookie eq \"***\"", Failed, "expected json $.headers.cookie eq \"***\", got \"a=b\""),
        new("a query", Get.At("/?q=1&r=%20"), Echo, "json $.path eq \"/?q=1&r=%20\"", "up"),
        new("basic credentials", Basic("ada", "lovelace").At("/auth"), Echo, "status eq 200", "up"),
        new("basic credentials that are wrong", Basic("ada", "byron1").At("/auth"), Echo, "", Status, "expected status 200, got 401"),
        new("basic credentials that are missing", Get.At("/auth"), Echo, "header www-authenticate contains Basic; status eq 401", "up"),
        new("basic credentials in UTF-8", Basic("ä", "pässword"), Echo, "json $.headers.authorization exists", "up"),
        new("a bearer token", Bearer("t0ken"), Echo, "json $.headers.authorization matches \"^Bearer t0ken$\"", "up"),
        new("a token that comes back is masked", Bearer("t0ken-of-mine"), Echo, "json $.headers.authorization eq \"x\"", Failed, "expected json $.headers.authorization eq \"x\", got \"Bearer ***\""),
        new("a password that comes back is masked", Basic("ada", "lovelace"), Echo, "json $.headers.authorization eq \"x\"", Failed, "expected json $.headers.authorization eq \"x\", got \"Basic ***\""),
        new("HTTP/1.1", Http11, Echo, "json $.protocol eq \"HTTP/1.1\"", "up"),
        new("HTTP/2 without TLS", Http2, Echo2, "json $.protocol eq \"HTTP/2\"; json $.method eq \"GET\"", "up"),
        new("HTTP/2 with a body", Http2 with { Request = new() { HttpVersion = Monit.Core.Checks.Settings.HttpProtocol.Http2, Method = "POST", Body = "hi" } }, Echo2, "json $.body eq \"hi\"", "up"),
        new("HTTP/2 with an error", Http2.At("/auth"), Echo2, "", Status, "expected status 200, got 401"),
        new("HTTP/2 of a server that has none", Http2, Of(200), "", "down NETWORK_ERROR"),
        new("IPv4 only", Get with { Network = new() { IpFamily = Monit.Core.Checks.Settings.IpFamily.V4 } }, Echo, "ip eq 127.0.0.1", "up"),
        new("the address", Get, Of(200), "ip in 127.0.0.0/8", "up"),
        new("another address", Get, Of(200), "ip eq 192.0.2.1", Failed, "expected ip eq 192.0.2.1, got 127.0.0.1"),
    ];

    private static IEnumerable<TableCase> Redirects() =>
    [
        new("301 is followed", Get, Moved(301, "{next}"), "header x-next eq yes", "up"),
        new("302 is followed", Get, Moved(302, "{next}"), "", "up"),
        new("303 is followed", Get, Moved(303, "{next}"), "body eq next", "up"),
        new("307 is followed", Get, Moved(307, "{next}"), "", "up"),
        new("308 is followed", Get, Moved(308, "{next}"), "", "up"),
        new("304 is no redirect", Get, Of(304), "", Status, "expected status 200, got 304"),
        new("a redirect that is not followed", NoRedirects, Moved(302, "{next}"), "", Status, "expected status 200, got 302"),
        new("a redirect that is not followed, and expected", NoRedirects with { Status = 302 }, Moved(302, "/elsewhere"), "header location eq /elsewhere", "up"),
        new("a redirect that is asserted without being followed", NoRedirects, Moved(301, "/elsewhere"), "status eq 301; header location contains else", "up"),
        new("a redirect without a location", Get, Of(302), "", Status, "expected status 200, got 302"),
        new("redirects without end", Get, Moved(302, "/"), "", "down TOO_MANY_REDIRECTS"),
        new("a redirect to a metadata service", Get, Moved(302, "http://169.254.169.254/"), "", "down BLOCKED_TARGET"),
        new("303 makes a POST a GET", Method("POST", "x").At("/to/303"), Echo, "json $.method eq \"GET\"; json $.body eq \"\"", "up"),
        new("302 makes a POST a GET", Method("POST", "x").At("/to/302"), Echo, "json $.method eq \"GET\"", "up"),
        new("301 makes a POST a GET", Method("POST", "x").At("/to/301"), Echo, "json $.method eq \"GET\"", "up"),
        new("307 leaves a POST", Method("POST", "x").At("/to/307"), Echo, "json $.method eq \"POST\"; json $.body eq \"x\"", "up"),
        new("308 leaves a POST", Method("POST", "x").At("/to/308"), Echo, "json $.method eq \"POST\"; json $.body eq \"x\"", "up"),
        new("a header goes along on the same origin", With(("X-A", "1")).At("/to/302"), Echo, "json $.headers['x-a'] eq \"1\"", "up"),
        new("credentials go along on the same origin", Basic("ada", "lovelace").At("/to/302"), Echo, "json $.headers.authorization exists", "up"),
    ];

    private static IEnumerable<TableCase> Codings() =>
    [
        new("gzip", With(("X-A", "1")).At("/gzip"), Echo, "body eq coded; header content-encoding eq gzip", "up"),
        new("br", With(("X-A", "1")).At("/br"), Echo, "body eq coded", "up"),
        new("deflate", With(("X-A", "1")).At("/deflate"), Echo, "body eq coded", "up"),
        new("gzip that was not asked for", Get.At("/gzip"), Echo, "body eq coded", "up"),
        new("gzip over HTTP/2", Http2.At("/gzip"), Echo2, "body eq coded", "up"),
        new("a bomb", Get.At("/bomb"), Echo, "body contains x", Failed, "expected body contains x, but the body is longer than 1 MiB"),
        new("a bomb that nobody judges", Get.At("/bomb"), Echo, "", "up"),
    ];

    private static IEnumerable<TableCase> Times() =>
    [
        new("fast enough", Get with { Threshold = TimeSpan.FromSeconds(19) }, Of(200), "latency lt 19000; latency first_byte lt 19000", "up"),
        new("too slow", Get.At("/slow") with { Threshold = TimeSpan.FromMilliseconds(100) }, Echo, "", "down LATENCY_EXCEEDED", "expected at most 100 ms, took # ms"),
        new("too slow, by an assertion", Get.At("/slow"), Echo, "latency lt 100", Failed, "expected latency lt 100, got #"),
        new("degraded when slow", Get.At("/slow"), Echo, "latency first_byte lt 100 (degraded)", Degraded, "expected latency first_byte lt 100, got #"),
        new("no answer", Get with { Timeout = TimeSpan.FromSeconds(1) }, Raw("", stays: true), "", "down TIMEOUT"),
        new("no answer, and assertions", Get with { Timeout = TimeSpan.FromSeconds(1) }, Raw("", stays: true), "latency lt 100 (degraded)", "down TIMEOUT"),
    ];

    private static IEnumerable<TableCase> Certificates() =>
    [
        new("a certificate that nobody trusts", Get, EchoTls, "", "down TLS_ERROR", "self-signed certificate"),
        new("a certificate that is not verified", Unverified, EchoTls, "cert.days ge 9", "up"),
        new("a certificate that will expire", Unverified with { Tls = new() { Verify = false, MinDays = 10 } }, EchoTls, "", "down CERTIFICATE_EXPIRING", "expected 10 days until the certificate expires, got 9"),
        new("a certificate that lasts", Unverified with { Tls = new() { Verify = false, MinDays = 9 } }, EchoTls, "", "up"),
        new("days of a certificate, by an assertion", Unverified, EchoTls, "cert.days ge 14 (degraded)", Degraded, "expected cert.days ge 14, got 9"),
        new("days of no certificate", Get, Of(200), "cert.days ge 14", Failed, "expected cert.days ge 14, got nothing"),
        new("HTTP/2 where TLS agrees on it", Unverified with { Request = new() { HttpVersion = Monit.Core.Checks.Settings.HttpProtocol.Auto } }, EchoTls, "json $.protocol eq \"HTTP/2\"", "up"),
        new("HTTP/1.1 although TLS could agree on more", Unverified with { Request = Http11.Request }, EchoTls, "json $.protocol eq \"HTTP/1.1\"", "up"),
    ];

    private static IEnumerable<TableCase> Broken() =>
    [
        new("no HTTP at all", Get, Raw("nonsense||"), "", "down NETWORK_ERROR"),
        new("closed without an answer", Get, Raw(""), "", "down NETWORK_ERROR"),
        new("a status of two digits", Get, Raw("HTTP/1.1 99 X||"), "", "down NETWORK_ERROR"),
        new("a body that ends early", Get, Raw("HTTP/1.1 200 OK|Content-Length: 10||half"), "body contains half", "down NETWORK_ERROR"),
        new("a failure that no assertion saves", Get, Raw("nonsense||"), "status in 200-299 (degraded)", "down NETWORK_ERROR"),
        new("HTTP/1.0", Get, Raw("HTTP/1.0 200 OK||old"), "body eq old", "up"),
    ];
}
