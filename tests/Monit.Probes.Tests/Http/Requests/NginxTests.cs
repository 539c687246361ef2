using System.Security.Cryptography.X509Certificates;
using Monit.Core.Checks;
using Monit.Core.Checks.Settings;
using Monit.Probes.Network.Tls;
using Monit.Probes.Tests.Network.Tls;
using Monit.Testing;

namespace Monit.Probes.Tests.Http.Requests;

/// <summary>Checks of an nginx: HTTP/1.1, HTTP/2 with and without TLS, log-in, redirects, compression.</summary>
public sealed class NginxTests(NginxTests.Site site) : IClassFixture<NginxTests.Site>
{
    private const string Host = "shop.example";

    private const string Servers = """
        server {
          listen 127.0.0.1:PORT0;
          gzip on; gzip_types text/plain application/json; gzip_min_length 10;
          location = / { default_type text/plain; return 200 "hello hello hello hello $request_method $server_protocol $http_x_mine"; }
          location = /json { default_type application/json; return 200 '{"ok":true,"n":[1,2,3]}'; }
          location /private/ { auth_basic "area"; auth_basic_user_file FOLDER/users; try_files /none @ok; }
          location @ok { default_type text/plain; return 200 "welcome $remote_user"; }
          location = /moved { return 307 /; }
        }
        server { listen 127.0.0.1:PORT1 http2; location / { default_type text/plain; return 200 "$request_method $server_protocol"; } }
        server {
          listen 127.0.0.1:PORT2 ssl http2; ssl_certificate FOLDER/server.pem; ssl_certificate_key FOLDER/server.pem;
          location / { default_type text/plain; return 200 "$request_method $server_protocol"; }
        }
        server {
          listen 127.0.0.1:PORT3 ssl; ssl_certificate FOLDER/server.pem; ssl_certificate_key FOLDER/server.pem;
          location / { default_type text/plain; return 200 "$request_method $server_protocol"; }
        }
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Checker Checker(Sender sender = Sender.FastOnEpoll) => new(sender, resolve: Asked.Here, tls: new TlsClient(() => [site.Root], TimeProvider.System));

    private async Task<string> BodyAsync(string url, RequestSettings? request, int status = 200)
    {
        using var checker = Checker();
        var seen = await checker.ObserveAsync(Asked.Of(url, request), Ct, withAnswer: true);
        Assert.True(status == seen.HttpStatus, $"{seen.HttpStatus} {seen.Failure}");
        return System.Text.Encoding.UTF8.GetString(SeenFacts.BodyOf(seen.Answer!).Bytes.Span);
    }

    [Theory]
    [InlineData("GET", "GET HTTP/1.1")]
    [InlineData("POST", "POST HTTP/1.1")]
    [InlineData("DELETE", "DELETE HTTP/1.1")]
    public async Task Methods(string method, string said) =>
        Assert.Equal($"hello hello hello hello {said} mine", await BodyAsync(site.Url(0), new() { Method = method, Headers = new Dictionary<string, string> { ["X-Mine"] = "mine" } }));

    [Fact]
    public async Task Head() => Assert.Equal("", await BodyAsync(site.Url(0), new() { Method = "HEAD" }));

    [Theory]
    [InlineData("user", "grüß €", 200)]
    [InlineData("user", "wrong", 401)]
    [InlineData("other", "grüß €", 401)]
    public async Task Basic(string user, string password, int status)
    {
        var body = await BodyAsync(site.Url(0, "private/x"), new() { Auth = new() { Basic = new(user, password) } }, status);
        Assert.Equal(status == 200, body == "welcome user");
    }

    [Fact]
    public async Task Redirect_RepeatsThePost() => Assert.Contains("POST HTTP/1.1", await BodyAsync(site.Url(0, "moved"), new() { Method = "POST", Body = "a=b" }), StringComparison.Ordinal);

    [Theory]
    [InlineData(Sender.FastOnEpoll)]
    [InlineData(Sender.FastOnSockets)]
    [InlineData(Sender.Full)]
    public async Task Json_IsAssertedByEachSender(Sender sender)
    {
        using var checker = Checker(sender);
        foreach (var (assertion, up) in new[] { ("json $.ok eq true", true), ("json $.n[2] eq 3", true), ("json $.n[5] exists", false), ("header server contains nginx", true) })
            Assert.Equal((assertion, up), (assertion, (await checker.CheckAsync(Asked.Of(site.Url(0, "json"), assertions: [assertion]), Ct)).Success));
    }

    [Fact]
    public async Task Gzip_IsDecoded()
    {
        using var checker = Checker();
        var request = new RequestSettings { Headers = new Dictionary<string, string> { ["X-Mine"] = "x" } };
        Assert.True((await checker.CheckAsync(Asked.Of(site.Url(0), request, assertions: ["header content-encoding eq \"gzip\"", "body contains \"hello hello\""]), Ct)).Success);
    }

    [Theory]
    [InlineData(1, HttpProtocol.Http2, "HTTP/2.0")]
    [InlineData(2, HttpProtocol.Auto, "HTTP/2.0")]
    [InlineData(2, null, "HTTP/2.0")]
    [InlineData(2, HttpProtocol.Http2, "HTTP/2.0")]
    [InlineData(2, HttpProtocol.Http11, "HTTP/1.1")]
    [InlineData(3, HttpProtocol.Auto, "HTTP/1.1")]
    [InlineData(0, HttpProtocol.Auto, "HTTP/1.1")]
    public async Task Version_IsTheOneThatIsAskedFor(int port, HttpProtocol? version, string spoken)
    {
        foreach (var method in (string[])["GET", "POST"])
            Assert.Contains($"{method} {spoken}", await BodyAsync(site.Url(port), new() { Method = method, Headers = new Dictionary<string, string> { ["X-Mine"] = "x" }, HttpVersion = version }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, FailureReason.NetworkError, null)]
    [InlineData(3, FailureReason.TlsError, "the server does not offer HTTP/2 (ALPN)")]
    internal async Task Http2_IsNotReplacedByAnother(int port, FailureReason reason, string? detail)
    {
        using var checker = Checker();
        var verdict = await checker.CheckAsync(Asked.Of(site.Url(port), new() { HttpVersion = HttpProtocol.Http2 }), Ct);
        Assert.Equal((reason, detail), (verdict.Reason, verdict.Detail));
    }

    [Theory]
    [InlineData(1, HttpProtocol.Http2)]
    [InlineData(2, HttpProtocol.Auto)]
    [InlineData(3, HttpProtocol.Auto)]
    public async Task KeptConnection_IsUsedAgain_WithItsPeer(int port, HttpProtocol version)
    {
        using var checker = Checker();
        var config = Asked.Of(site.Url(port), new() { HttpVersion = version }, network: new() { Connection = ConnectionUse.KeepAlive });
        var first = await checker.ObserveAsync(config, Ct);
        var second = await checker.ObserveAsync(config, Ct);
        Assert.Equal((200, 200), (first.HttpStatus, second.HttpStatus));
        Assert.Same(first.Peer, second.Peer);
        Assert.Equal((0u, 0u), (second.Phases.Connect, second.Phases.Tls));
    }

    public sealed class Site : IAsyncLifetime
    {
        private readonly Authority _authority = new();
        private readonly int[] _ports = [.. Enumerable.Range(0, 4).Select(_ => Server.FreePort())];
        private Nginx? _nginx;
        private Exception? _missing;

        public X509Certificate2 Root => _authority.Certificate;

        public async ValueTask InitializeAsync()
        {
            using var certificate = _authority.Issue(Host);
            using var key = certificate.GetECDsaPrivateKey()!;
            try
            {
                _nginx = await Nginx.StartAsync(Servers, _ports, new Dictionary<string, string>
                {
                    ["server.pem"] = $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n",
                    ["users"] = "user:{PLAIN}grüß €\n",
                });
            }
            catch (InvalidOperationException missing) when (Server.IsSkip(missing))
            {
                _missing = missing;
            }
        }

        public ValueTask DisposeAsync()
        {
            _nginx?.Dispose();
            _authority.Dispose();
            return default;
        }

        internal string Url(int port, string path = "") => _missing is { } missing ? throw missing : $"{(port >= 2 ? "https" : "http")}://{Host}:{_ports[port]}/{path}";
    }
}
