using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Monit.Core.Checks;
using Monit.Core.Checks.Settings;
using Monit.Probes.Tests.Http;
using Monit.Testing;

namespace Monit.Probes.Tests.Network.Tls;

/// <summary>A certificate can name any URL for its issuer, its revocation list and its OCSP responder. No check asks there.</summary>
public sealed class CertificatesFetchNothingTests : IDisposable
{
    private readonly Authority _root = new();

    public static TheoryData<Sender> Senders => TlsCheck.Senders;

    public void Dispose() => _root.Dispose();

    [Theory, MemberData(nameof(Senders))]
    public async Task Urls_ThatHang_GetNoConnectionAndDelayNothing(Sender sender)
    {
        using var elsewhere = new TcpListener(IPAddress.Loopback, 0);
        elsewhere.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)elsewhere.LocalEndpoint).Port}/";
        using var intermediate = new Authority(_root, url);
        using var leaf = intermediate.Issue(TlsCheck.Host, url: url);
        using var check = new TlsCheck(sender, _root.Certificate);
        await using var whole = new TlsTarget(leaf, intermediate.Certificate);
        await using var part = new TlsTarget(leaf);

        Assert.True((await check.RunAsync(whole.Port)).Success);
        Assert.Equal((FailureReason.TlsError, "incomplete chain"), Reason(await check.RunAsync(part.Port)));
        Assert.Equal((FailureReason.TlsError, "incomplete chain"), Reason(await new TlsCheck(sender, new Authority().Certificate).RunAsync(whole.Port)));
        Assert.False(elsewhere.Pending());
    }

    [Theory, MemberData(nameof(Senders))]
    public async Task Issuer_ThatCouldBeFetched_IsNeitherFetchedNorKept(Sender sender)
    {
        await using var elsewhere = new ScriptedTarget();
        using var intermediate = new Authority(_root);
        var issuer = intermediate.Certificate.RawData;
        elsewhere.Answer = async (stream, request, ct) =>
        {
            await ScriptedTarget.Text($"HTTP/1.1 200 OK\r\nContent-Length: {issuer.Length}\r\n\r\n")(stream, request, ct);
            await stream.WriteAsync(issuer, ct);
            return false;
        };
        using var leaf = intermediate.Issue(TlsCheck.Host, url: elsewhere.Url);
        await using var part = new TlsTarget(leaf);
        using var check = new TlsCheck(sender, _root.Certificate);

        for (var i = 0; i < 2; i++)
            Assert.Equal((FailureReason.TlsError, "incomplete chain"), Reason(await check.RunAsync(part.Port)));
        Assert.Equal(0, elsewhere.Connections);
        using var store = new X509Store(StoreName.CertificateAuthority, StoreLocation.CurrentUser, OpenFlags.ReadOnly);
        Assert.DoesNotContain(store.Certificates, known => known.Subject == intermediate.Certificate.Subject);
    }

    [Theory, MemberData(nameof(Senders))]
    public async Task Intermediate_OfAnotherMonitor_CompletesNoChain(Sender sender)
    {
        using var intermediate = new Authority(_root);
        using var leaf = intermediate.Issue(TlsCheck.Host);
        using var check = new TlsCheck(sender, _root.Certificate);
        await using var whole = new TlsTarget(leaf, intermediate.Certificate);
        await using var part = new TlsTarget(leaf);
        for (var i = 0; i < 3; i++)
        {
            Assert.True((await check.RunAsync(whole.Port)).Success);
            Assert.Equal((FailureReason.TlsError, "incomplete chain"), Reason(await check.RunAsync(part.Port)));
        }
    }

    [Theory, MemberData(nameof(Senders))]
    public async Task Intermediate_InTheUsersStore_CompletesNoChain(Sender sender)
    {
        var openssl = Server.Find("openssl") ?? throw Server.Missing("openssl");
        using var intermediate = new Authority(_root);
        using var leaf = intermediate.Issue(TlsCheck.Host);
        using var check = new TlsCheck(sender, _root.Certificate);
        var folder = Directory.CreateTempSubdirectory("monit-tls-").FullName;
        using var store = new X509Store(StoreName.CertificateAuthority, StoreLocation.CurrentUser, OpenFlags.ReadWrite);
        store.Add(intermediate.Certificate);
        try
        {
            // Not .NET's server: it would find the intermediate in the store, and send it.
            Pem.Write(Path.Combine(folder, "leaf.pem"), leaf);
            var port = Server.FreePort();
            using var server = Server.Start(folder, openssl, "s_server", "-accept", $"127.0.0.1:{port}", "-cert", "leaf.pem", "-key", "leaf.pem", "-www", "-no_ign_eof");
            var verdict = await Eventually.Get(() => check.RunAsync(port), verdict => verdict.Reason != FailureReason.NetworkError, "the server answers");
            Assert.Equal((FailureReason.TlsError, "incomplete chain"), Reason(verdict));

            // Sent by the server itself, it counts.
            await using var whole = new TlsTarget(leaf, intermediate.Certificate);
            Assert.True((await check.RunAsync(whole.Port)).Success);
        }
        finally
        {
            store.Remove(intermediate.Certificate);
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OwnAuthorityAndClientCertificate_WithUrls_FetchNothing(bool rsa)
    {
        using var elsewhere = new TcpListener(IPAddress.Loopback, 0);
        elsewhere.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)elsewhere.LocalEndpoint).Port}/";
        using var intermediate = new Authority(_root, url, rsa: rsa);
        using var leaf = intermediate.Issue(TlsCheck.Host, url: url);
        using var client = intermediate.Issue("client", url: url);
        using var demanding = new OpenSslServer("1.3", leaf, [intermediate.Certificate], intermediate.Certificate, demands: true);
        using var part = new OpenSslServer("1.2", leaf, []);
        foreach (var ca in new[] { _root.Certificate, intermediate.Certificate, leaf })
        {
            foreach (var verify in new[] { true, false })
            {
                // Without its issuer, which could be fetched; and with it, whose own issuer could be.
                foreach (var sent in new X509Certificate2[][] { [client], [client, intermediate.Certificate] })
                {
                    var settings = new TlsSettings { Verify = verify, Ca = Pem.Of(ca), ClientCertificate = Pem.Of(sent), ClientKey = Pem.KeyOf(client) };
                    await new SecureConnection().AskAsync(demanding.Port, settings);
                    await new SecureConnection().AskAsync(part.Port, settings);
                    Assert.False(elsewhere.Pending());
                }
            }
        }
        await new SecureConnection(new Authority().Certificate).AskAsync(part.Port, new TlsSettings { Verify = false });
        Assert.False(elsewhere.Pending());
    }

    private static (FailureReason?, string?) Reason(Verdict verdict) => (verdict.Reason, verdict.Detail);
}
