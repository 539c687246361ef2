using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Monit.Core.Alerts;
using Monit.Testing;

namespace Monit.IntegrationTests.Alerts;

/// <summary>
/// Mail over TLS with the certificate of a private authority, which names places for its revocation list, for OCSP and for its
/// own certificate. Nobody may ask there.
/// </summary>
public sealed class MailOverTlsTests() : AlertsSuite(null), IDisposable
{
    private readonly TcpListener _authority = Listen();
    private readonly string _folder = Directory.CreateTempSubdirectory("monit-tls-").FullName;

    [Theory]
    [InlineData("Tls")]
    [InlineData("StartTls")]
    public async Task PrivateAuthority_IsTrustedByItsFile_AndNobodyIsAsked(string security)
    {
        var down = await SeedDownAsync();
        await using var smtp = NewSink(security, out var root);
        await using var host = await StartAsync(smtp.Port, ("Smtp:Security", security), ("Smtp:Host", "localhost"), ("Smtp:CaFile", root));

        await UntilAsync(down.Id, AlertStatus.Delivered);

        Assert.Single(smtp.Received);
        Assert.False(_authority.Pending());
    }

    [Theory]
    [InlineData("Tls")]
    [InlineData("StartTls")]
    public async Task UnknownAuthority_IsRefused_SaysWhatToSet_AndIsTriedAgain(string security)
    {
        var down = await SeedDownAsync();
        await using var smtp = NewSink(security, out _);
        await using var host = await StartAsync(smtp.Port, ("Smtp:Security", security), ("Smtp:Host", "localhost"));

        await Eventually.True(async () => (await AttemptsAsync(down.Id)).Count >= 2, "it is tried again");

        var error = (await AttemptsAsync(down.Id))[0].Error;
        Assert.StartsWith("The certificate of localhost is not accepted: ", error, StringComparison.Ordinal);
        Assert.Contains("Smtp:CaFile", error, StringComparison.Ordinal);
        Assert.Empty(smtp.Received);
        Assert.False(_authority.Pending());
    }

    [Theory]
    [InlineData("Tls")]
    [InlineData("StartTls")]
    public async Task WithoutVerification_AnyCertificateDoes_AndTheLogSaysSo(string security)
    {
        var down = await SeedDownAsync();
        await using var smtp = NewSink(security, out _, names: "another.example");
        await using var host = await StartAsync(smtp.Port, ("Smtp:Security", security), ("Smtp:Host", "localhost"), ("Smtp:VerifyCertificate", "false"));

        await UntilAsync(down.Id, AlertStatus.Delivered);

        Assert.Single(host.Log, line => line.StartsWith("Warning: Smtp:VerifyCertificate is false", StringComparison.Ordinal));
        Assert.False(_authority.Pending());
    }

    [Theory]
    [InlineData("another.example", true)]
    [InlineData("localhost", false)]
    public async Task OtherNameOrMissingIntermediate_IsRefused_AndNotFetched(string name, bool complete)
    {
        var down = await SeedDownAsync();
        await using var smtp = NewSink("Tls", out var root, name, complete);
        await using var host = await StartAsync(smtp.Port, ("Smtp:Security", "Tls"), ("Smtp:Host", "localhost"), ("Smtp:CaFile", root));

        await Eventually.True(async () => (await AttemptsAsync(down.Id)).Count >= 2, "it is tried again");

        Assert.Empty(smtp.Received);
        Assert.False(_authority.Pending());
    }

    [Fact]
    public async Task Revocation_IsAskedFor_WhereItIsSet()
    {
        var asked = _authority.AcceptSocketAsync(Token).AsTask();
        await SeedDownAsync();
        await using var smtp = NewSink("Tls", out var root);
        await using var host = await StartAsync(smtp.Port, ("Smtp:Security", "Tls"), ("Smtp:Host", "localhost"), ("Smtp:CaFile", root), ("Smtp:CheckRevocation", "true"));

        using (await asked.WaitAsync(TimeSpan.FromSeconds(30), Token))
            Assert.Empty(smtp.Received);
        // .NET would ask on, and wait for an answer, for a quarter of a minute.
        _authority.Stop();
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    /// <param name="root">A file with the certificate of the root.</param>
    private SmtpSink NewSink(string security, out string root, string names = "localhost", bool complete = true)
    {
        var (rootKey, middleKey, key) = (ECDsa.Create(), ECDsa.Create(), ECDsa.Create());
        var (from, to) = (TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        var rootRequest = Authority("CN=Root of nobody", rootKey);
        using var authority = rootRequest.CreateSelfSigned(from, to);
        using var middle = Authority("CN=Middle of nobody", middleKey).Create(authority, from, to, [1, 2, 3]).CopyWithPrivateKey(middleKey);
        var request = new CertificateRequest("CN=mail", key, HashAlgorithmName.SHA256);
        var alternative = new SubjectAlternativeNameBuilder();
        alternative.AddDnsName(names);
        request.CertificateExtensions.Add(alternative.Build());
        var here = $"http://127.0.0.1:{((IPEndPoint)_authority.LocalEndpoint).Port}";
        request.CertificateExtensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([$"{here}/crl"]));
        request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([$"{here}/ocsp"], [$"{here}/issuer"]));
        using var bare = request.Create(middle, from, to, [4, 5, 6]).CopyWithPrivateKey(key);
        var certificate = X509CertificateLoader.LoadPkcs12(bare.Export(X509ContentType.Pkcs12), null);
        root = Path.Combine(_folder, "root.pem");
        File.WriteAllText(root, authority.ExportCertificatePem());
        return new SmtpSink
        {
            Certificate = SslStreamCertificateContext.Create(certificate,
                complete ? [X509CertificateLoader.LoadCertificate(middle.RawData)] : [], offline: true),
            ImplicitTls = security == "Tls",
        };
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request;
    }
}
