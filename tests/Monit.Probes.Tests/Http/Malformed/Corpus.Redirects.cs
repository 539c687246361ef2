using Monit.Core.Incidents;

namespace Monit.Probes.Tests.Http.Malformed;

internal static partial class Corpus
{
    private const string Unfollowed = "UNEXPECTED_STATUS 302";

    private static MalformedCase[] Redirects =>
    [
        To("relative", "next", Up),
        To("absolute path", "/next", Up),
        To("absolute", "http://127.0.0.1:{port}/next", Up),
        To("scheme in capitals", "HTTP://127.0.0.1:{port}/next", Up),
        To("protocol-relative", "//127.0.0.1:{port}/next", Up),
        To("query alone", "?next", Up),
        To("dots", "../../next", Up),
        To("with a user", "http://user:pass@127.0.0.1:{port}/next", Up),
        To("with a fragment", "/next#part", Up),
        To("with a space", "/next one", Up),
        To("with 8-bit bytes", "/n\u00c3\u00a4xt", Up),
        To("with bad escapes", "/%zz%", Up),
        To("with spaces around", "   /next  ", Up),
        To("8000 bytes long", "/" + X(8000), Up),
        To("fragment alone", "#part", "TOO_MANY_REDIRECTS 302"),
        To("to itself", "/", "TOO_MANY_REDIRECTS 302"),
        To("empty", "", Unfollowed),
        To("scheme alone", "http:", "TOO_MANY_REDIRECTS 302"),
        To("scheme and slashes alone", "http://", Unfollowed),
        To("slashes alone", "//", Unfollowed),
        To("three slashes", "///next", Unfollowed),
        To("half an IPv6 address", "http://[::1", Unfollowed),
        To("port beyond 65535", "http://127.0.0.1:99999/", Unfollowed),
        To("negative port", "http://127.0.0.1:-1/", Unfollowed),
        To("port 0", "http://127.0.0.1:0/", "INVALID_REQUEST"),
        To("port without a listener", "http://127.0.0.1:1/", Broken),
        To("host with a space", "http://exa mple/", Unfollowed),
        To("another scheme", "ftp://127.0.0.1/", Unfollowed),
        To("a file", "file:///etc/passwd", Unfollowed),
        To("a Windows share", "\\\\127.0.0.1\\share", Unfollowed),
        To("a script", "javascript:alert(1)", Unfollowed),
        To("data", "data:text/plain,ok", Unfollowed),
        To("mail", "mailto:a@example.org", Unfollowed),
        To("unknown scheme", "x-odd:next", Unfollowed),
        To("metadata service", "http://169.254.169.254/latest/", "BLOCKED_TARGET"),
        To("metadata service as a number", "http://2852039166/", "BLOCKED_TARGET"),
        To("https without TLS", "https://127.0.0.1:{port}/", "TLS_ERROR"),
        Case("no location", "HTTP/1.1 302 Found|" + Body, Unfollowed),
        Case("location with a NUL", "HTTP/1.1 302 Found|Location: /ne\0xt|" + Body, Up),
        Case("two locations", "HTTP/1.1 302 Found|Location: /next|Location: ftp://x/|" + Body, Up),
        Case("two locations, the worse first", "HTTP/1.1 302 Found|Location: ftp://x/|Location: /next|" + Body, Unfollowed),
        Case("300 with a location", "HTTP/1.1 300 Choose|Location: /next|" + Body, "UNEXPECTED_STATUS 300"),
        Case("301", "HTTP/1.1 301 Moved|Location: /next|" + Body, Up),
        Case("301, expected", "HTTP/1.1 301 Moved|Location: /next|" + Body, "up 301"),
        Case("303", "HTTP/1.1 303 Other|Location: /next|" + Body, Up),
        Case("304 with a location", "HTTP/1.1 304 Same|Location: /next||", "UNEXPECTED_STATUS 304"),
        Case("305 with a location", "HTTP/1.1 305 Proxy|Location: /next|" + Body, "UNEXPECTED_STATUS 305"),
        Case("307", "HTTP/1.1 307 Moved|Location: /next|" + Body, Up),
        Case("308", "HTTP/1.1 308 Moved|Location: /next|" + Body, Up),
        Case("201 with a location", "HTTP/1.1 201 Made|Location: /next|" + Body, "UNEXPECTED_STATUS 201"),
        Case("body that never comes", "HTTP/1.1 302 Found|Location: /next|Content-Length: 10||", Up, RawEnd.Stay),
        Case("broken body", "HTTP/1.1 302 Found|Location: /next|Transfer-Encoding: chunked||zz|", Up),
        Endless("body for ever, redirected", "HTTP/1.1 302 Found|Location: /next||", X(8000), Up),
    ];

    private static MalformedCase[] Tls =>
    [
        Hello("plain HTTP", Ok + Body),
        Hello("plain HTTP, 400", "HTTP/1.1 400 The plain HTTP request was sent to HTTPS port|" + Body),
        Hello("garbage", "garbage garbage garbage"),
        Hello("NULs", new string('\0', 100)),
        Hello("alert: handshake failure", "\x15\x03\x03\0\x02\x02\x28"),
        Hello("alert: protocol version", "\x15\x03\x01\0\x02\x02\x46"),
        Hello("alert: unrecognised name", "\x15\x03\x03\0\x02\x02\x70"),
        Hello("alert: close notify", "\x15\x03\x03\0\x02\x01\0"),
        Hello("alert that is too short", "\x15\x03\x03\0\x01\x02"),
        Hello("alert of an unknown kind", "\x15\x03\x03\0\x02\u00ff\u00ff"),
        Hello("record of length 0", "\x16\x03\x03\0\0"),
        Hello("record of 65 535 bytes", "\x16\x03\x03\u00ff\u00ff" + X(65_535)),
        Hello("record of an unknown type", "\u0063\x03\x03\0\x02ok"),
        Hello("record of an unknown version", "\x16\x09\x09\0\x04\x02\0\0\0"),
        Hello("half a record", "\x16\x03\x03\0\x50\x02\0\0"),
        Hello("server hello of nothing", "\x16\x03\x03\0\x04\x02\0\0\0"),
        Hello("server hello that lies about length", "\x16\x03\x03\0\x04\x02\u00ff\u00ff\u00ff"),
        Hello("application data first", "\x17\x03\x03\0\x10" + X(16)),
        Hello("change of cipher first", "\x14\x03\x03\0\x01\x01"),
        Hello("client hello sent back", "\x16\x03\x01\0\x05\x01\0\0\x01\0"),
        Hello("SSL 2", "\u0080\x2e\x01\0\x02\0\x15\0\x10"),
        Hello("the end at once, TLS", ""),
        Hello("reset at once, TLS", "", RawEnd.Reset),
        Hello("half-close at once, TLS", "", RawEnd.HalfClose),
        Hello("silence, TLS", "", RawEnd.Stay) with { Outcome = Hangs },
        Hello("half a record, silence", "\x16\x03\x03\0\x50\x02\0\0", RawEnd.Stay) with { Outcome = Hangs },
        Hello("empty records for ever", "", RawEnd.Repeat) with { Answer = new([], RawEnd.Repeat, RawAnswer.Wire("\x14\x03\x03\0\x01\x01")) },
    ];

    private static MalformedCase To(string name, string location, string outcome, RawEnd end = RawEnd.Close) =>
        Case($"to: {name}", $"HTTP/1.1 302 Found|Location: {location}|{Body}", outcome, end);

    private static MalformedCase Hello(string name, string wire, RawEnd end = RawEnd.Close) =>
        Case($"TLS: {name}", wire, "TLS_ERROR", end) with { Https = true };
}
