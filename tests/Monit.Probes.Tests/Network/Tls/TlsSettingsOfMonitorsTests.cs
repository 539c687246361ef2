using System.Security.Cryptography.X509Certificates;
using Monit.Core.Checks;
using Monit.Core.Checks.Settings;
using Monit.Probes.Tests.Http;
using Monit.Testing;

namespace Monit.Probes.Tests.Network.Tls;

/// <summary>What a monitor sets about TLS and addresses has its effect whoever sends the request, and on nobody else's connections.</summary>
public sealed class TlsSettingsOfMonitorsTests : IDisposable
{
    private readonly Authority _root = new();
    private readonly Authority _own = new();

    public static TheoryData<Sender> Senders => TlsCheck.Senders;

    public void Dispose()
    {
        _own.Dispose();
        _root.Dispose();
    }

    [Theory, MemberData(nameof(Senders))]
    public async Task OwnAuthority_CountsForItsMonitorOnly(Sender sender)
    {
        using var leaf = _own.Issue(TlsCheck.Host);
        await using var target = new TlsTarget(leaf, _own.Certificate);
        using var check = new TlsCheck(sender, _root.Certificate);
        for (var i = 0; i < 2; i++)
        {
            Assert.Null((await check.RunAsync(target.Port, settings: Of(new() { Ca = Pem.Of(_own.Certificate) }))).Detail);
            Assert.Equal("incomplete chain", (await check.RunAsync(target.Port)).Detail);
            Assert.Null((await check.RunAsync(target.Port, settings: Of(new() { Verify = false }))).Detail);
            Assert.Equal("incomplete chain", (await check.RunAsync(target.Port, settings: Of(new() { Ca = Pem.Of(_root.Certificate) }))).Detail);
        }
    }

    [Theory, MemberData(nameof(Senders))]
    public async Task ClientCertificate_IsShown_AndRefusalIsTold(Sender sender)
    {
        using var leaf = _root.Issue(TlsCheck.Host);
        using var client = _own.Issue("client");
        using var stranger = _root.Issue("client");
        using var check = new TlsCheck(sender, _root.Certificate);
        foreach (var version in new[] { "1.2", "1.3" })
        {
            using var server = new OpenSslServer(version, leaf, [], _own.Certificate, demands: true);
            await Eventually.Get(() => check.RunAsync(server.Port, settings: With(client)), verdict => verdict.Success, "the server answers");
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal((FailureReason.TlsError, "handshake failed: client certificate refused (alert unknown ca)"), Reason(await check.RunAsync(server.Port, settings: With(stranger))));
                Assert.Equal((FailureReason.TlsError, version == "1.2" ? "handshake failed: alert handshake failure" : "handshake failed: client certificate required (alert certificate required)"),
                    Reason(await check.RunAsync(server.Port)));
                Assert.Equal((null, null), Reason(await check.RunAsync(server.Port, settings: With(client))));
            }
        }
    }

    [Theory, MemberData(nameof(Senders))]
    public async Task Nginx_KnowsTheClient(Sender sender)
    {
        using var leaf = _root.Issue(TlsCheck.Host);
        using var issuer = new Authority(_own);
        using var client = issuer.Issue("client");
        using var check = new TlsCheck(sender, _root.Certificate);
        foreach (var protocols in new[] { "TLSv1.2", "TLSv1.3" })
        {
            var port = Server.FreePort();
            using var nginx = await Nginx.StartAsync($$"""
                server {
                  listen 127.0.0.1:PORT0 ssl;
                  ssl_protocols {{protocols}};
                  ssl_certificate FOLDER/server.pem; ssl_certificate_key FOLDER/server.pem;
                  ssl_client_certificate FOLDER/clients.pem; ssl_verify_client on; ssl_verify_depth 3;
                  location / { return 200 "$ssl_client_s_dn\n"; }
                }
                """, [port], new Dictionary<string, string> { ["server.pem"] = $"{Pem.Of(leaf)}\n{Pem.KeyOf(leaf)}\n", ["clients.pem"] = Pem.Of(_own.Certificate) });
            await Eventually.Get(() => check.RunAsync(port, settings: With(client, issuer.Certificate)), verdict => verdict.Success, "nginx answers");
            // It says so with HTTP. Without its issuer, the certificate does not lead to what nginx trusts.
            Assert.Equal((FailureReason.UnexpectedStatus, 400), Status(await check.RunAsync(port)));
            Assert.Equal((FailureReason.UnexpectedStatus, 400), Status(await check.RunAsync(port, settings: With(client))));
        }

        (FailureReason?, int?) Status(Verdict verdict) => (verdict.Reason, verdict.HttpStatus);
    }

    [Theory, MemberData(nameof(Senders))]
    public async Task Family_IsThatOfTheMonitor(Sender sender)
    {
        using var leaf = _root.Issue(TlsCheck.Host);
        await using var target = new TlsTarget(leaf);
        using var check = new TlsCheck(sender, _root.Certificate);
        Assert.True((await check.RunAsync(target.Port, settings: new CheckSettings { Network = new() { IpFamily = IpFamily.V4 } })).Success);
        Assert.Equal((FailureReason.DnsFailure, "no IPv6 address"), Reason(await check.RunAsync(target.Port, settings: new CheckSettings { Network = new() { IpFamily = IpFamily.V6 } })));
    }

    private static CheckSettings Of(TlsSettings tls) => new() { Tls = tls };

    private static CheckSettings With(X509Certificate2 certificate, params X509Certificate2[] issuers) =>
        Of(new() { ClientCertificate = Pem.Of([certificate, .. issuers]), ClientKey = Pem.KeyOf(certificate) });

    private static (FailureReason?, string?) Reason(Verdict verdict) => (verdict.Reason, verdict.Detail);
}
