using System.Buffers.Binary;
using System.Security.Cryptography.X509Certificates;
using Monit.Core.Checks;
using Monit.Probes.Tests.Http;
using Monit.Testing;

namespace Monit.Probes.Tests.Network.Tls;

/// <summary>A server that gives session tickets cannot hide by them that its certificate has changed.</summary>
public sealed class ResumedSessionsHideNothingTests : IDisposable
{
    // Keeps its ticket keys when its certificate is replaced, as servers do that reload their configuration.
    private const string Script = """
        import socket, ssl, sys
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if sys.argv[2] == "1.2":
            context.maximum_version = ssl.TLSVersion.TLSv1_2
        listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
        while True:
            client, _ = listener.accept()
            try:
                client.settimeout(20)
                context.load_cert_chain("server.pem")
                with context.wrap_socket(client, server_side=True) as secure:
                    secure.recv(4096)
                    secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
            except OSError:
                pass
            finally:
                client.close()
        """;

    private readonly Authority _root = new();
    private readonly Authority _intermediate;
    private readonly string _folder = Directory.CreateTempSubdirectory("monit-tls-").FullName;
    private readonly int _port = Server.FreePort();

    public ResumedSessionsHideNothingTests() => _intermediate = new Authority(_root);

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public static TheoryData<Sender> Senders => TlsCheck.Senders;

    public void Dispose()
    {
        _intermediate.Dispose();
        _root.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(Sender.FastOnEpoll, "1.2")]
    [InlineData(Sender.FastOnEpoll, "1.3")]
    [InlineData(Sender.Full, "1.2")]
    [InlineData(Sender.Full, "1.3")]
    public async Task ReplacedCertificate_ShowsAtTheNextCheck(Sender sender, string version)
    {
        using var stranger = new Authority();
        using var check = new TlsCheck(sender, _root.Certificate);
        using var server = Start(version);
        (string Detail, X509Certificate2 Certificate, X509Certificate2[] Sent)[] replacements =
        [
            ("certificate expired on ", _intermediate.Issue(TlsCheck.Host, until: Now.AddMinutes(-1)), [_intermediate.Certificate]),
            ("certificate not valid before ", _intermediate.Issue(TlsCheck.Host, from: Now.AddHours(1)), [_intermediate.Certificate]),
            ("name does not match: the certificate is for other.example", _intermediate.Issue("other.example"), [_intermediate.Certificate]),
            ("incomplete chain", _intermediate.Issue(TlsCheck.Host), []),
            ($"untrusted issuer: {stranger.Name}", stranger.Issue(TlsCheck.Host), [stranger.Certificate]),
            ("self-signed certificate", Authority.SelfSigned(TlsCheck.Host), []),
        ];
        using var good = _intermediate.Issue(TlsCheck.Host);
        foreach (var (detail, certificate, sent) in replacements)
        {
            Serve(good, _intermediate.Certificate);
            // The second one could resume the first one's session.
            await Eventually.Get(() => check.RunAsync(_port), verdict => verdict.Success, "the server answers");
            Assert.True((await check.RunAsync(_port)).Success);

            Serve(certificate, sent);
            var verdict = await check.RunAsync(_port);
            Assert.Equal(FailureReason.TlsError, verdict.Reason);
            Assert.StartsWith(detail, verdict.Detail, StringComparison.Ordinal);
            certificate.Dispose();
        }
    }

    [Theory]
    [InlineData(Sender.FastOnEpoll, "1.2")]
    [InlineData(Sender.FastOnEpoll, "1.3")]
    [InlineData(Sender.Full, "1.3")]
    public async Task CertificateRenewedInTime_NeverFails(Sender sender, string version)
    {
        using var check = new TlsCheck(sender, _root.Certificate);
        var expiry = Now.AddSeconds(4);
        using var old = _intermediate.Issue(TlsCheck.Host, until: expiry);
        using var renewed = _intermediate.Issue(TlsCheck.Host);
        Serve(old, _intermediate.Certificate);
        using var server = Start(version);
        await Eventually.Get(() => check.RunAsync(_port), verdict => verdict.Success || Now >= expiry, "the server answers");
        Serve(renewed, _intermediate.Certificate);
        await Eventually.True(() => Now > expiry.AddSeconds(1), "the old certificate has expired");
        for (var i = 0; i < 3; i++)
            Assert.Equal((null, null), Reason(await check.RunAsync(_port)));
    }

    [Theory, MemberData(nameof(Senders))]
    public async Task NoSession_IsOffered(Sender sender)
    {
        using var leaf = _intermediate.Issue(TlsCheck.Host);
        await using var target = new TlsTarget(leaf, _intermediate.Certificate);
        using var check = new TlsCheck(sender, _root.Certificate);
        for (var i = 0; i < 3; i++)
            Assert.True((await check.RunAsync(target.Port)).Success);
        Assert.Equal(3, target.Hellos.Count);
        Assert.All(target.Hellos, hello =>
        {
            var extensions = Extensions(hello);
            Assert.True(extensions.ContainsKey(0), "It has no name.");
            Assert.False(extensions.ContainsKey(41), "It has a pre-shared key: a session of TLS 1.3.");
            Assert.True(extensions.GetValueOrDefault(35) is null or [], "It has a ticket: a session of TLS 1.2.");
        });
    }

    private Server Start(string version)
    {
        var python = Server.Find("python3") ?? throw Server.Missing("python3");
        File.WriteAllText(Path.Combine(_folder, "server.py"), Script);
        return Server.Start(_folder, python, "server.py", $"{_port}", version);
    }

    private void Serve(X509Certificate2 certificate, params X509Certificate2[] sent) => Pem.Write(Path.Combine(_folder, "server.pem"), certificate, sent);

    private static (FailureReason?, string?) Reason(Verdict verdict) => (verdict.Reason, verdict.Detail);

    // RFC 8446, 4.1.2.
    internal static Dictionary<int, byte[]> Extensions(ReadOnlySpan<byte> hello)
    {
        var rest = hello[(5 + 4 + 2 + 32)..];
        rest = rest[(1 + rest[0])..];
        rest = rest[(2 + BinaryPrimitives.ReadUInt16BigEndian(rest))..];
        rest = rest[(1 + rest[0])..];
        rest = rest[2..];
        var extensions = new Dictionary<int, byte[]>();
        while (rest.Length >= 4)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            extensions.Add(BinaryPrimitives.ReadUInt16BigEndian(rest), rest.Slice(4, length).ToArray());
            rest = rest[(4 + length)..];
        }
        return extensions;
    }
}
