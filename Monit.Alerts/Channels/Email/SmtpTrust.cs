using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MailKit.Net.Smtp;
using Microsoft.Extensions.Options;

namespace Monit.Alerts.Channels.Email;

/// <summary>
/// Which certificate of the mail server is trusted. Nothing is fetched to find out, neither revocation lists nor missing
/// certificates, unless <c>Smtp:CheckRevocation</c> is set: where the way out is closed, each mail would fail or be late.
/// </summary>
internal sealed class SmtpTrust(IOptions<SmtpOptions> options)
{
    private readonly Lazy<X509Certificate2Collection?> _authorities = new(() => CaFileRule.Read(options.Value.CaFile));

    public SmtpClient NewClient()
    {
        var client = new Client(Policy);
        if (!options.Value.VerifyCertificate)
#pragma warning disable CA5359 // This is what the setting says.
            client.ServerCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        return client;
    }

    private X509ChainPolicy Policy()
    {
        var online = options.Value.CheckRevocation;
        var policy = new X509ChainPolicy
        {
            RevocationMode = online ? X509RevocationMode.Online : X509RevocationMode.NoCheck,
            RevocationFlag = X509RevocationFlag.ExcludeRoot,
            DisableCertificateDownloads = !online,
        };
        if (_authorities.Value is { } authorities)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authorities);
        }
        return policy;
    }

    private sealed class Client(Func<X509ChainPolicy> policy) : SmtpClient
    {
        protected override SslClientAuthenticationOptions GetSslClientAuthenticationOptions(
            string host, RemoteCertificateValidationCallback remoteCertificateValidationCallback)
        {
            var tls = base.GetSslClientAuthenticationOptions(host, remoteCertificateValidationCallback);
            tls.CertificateChainPolicy = policy();
            return tls;
        }
    }
}
