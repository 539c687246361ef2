using System.Security.Cryptography.X509Certificates;
using Monit.Core.Checks;
using Monit.Core.Checks.Assertions;
using Monit.Core.Checks.Settings;
using Monit.Probes.Tests.Http;
using Monit.Testing;

namespace Monit.Probes.Tests.Network.Tls;

/// <summary>A certificate that will expire is told in time, whichever of the chain it is, and whoever sends the request.</summary>
public sealed class CertificateDaysTests : IDisposable
{
    private readonly Authority _root = new(days: 100);
    private readonly Authority _longIssuer;
    private readonly Authority _shortIssuer;

    public CertificateDaysTests() => (_longIssuer, _shortIssuer) = (new Authority(_root, days: 50), new Authority(_root, days: 3));

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public static TheoryData<Sender> Senders => TlsCheck.Senders;

    public void Dispose()
    {
        _shortIssuer.Dispose();
        _longIssuer.Dispose();
        _root.Dispose();
    }

    [Theory, MemberData(nameof(Senders))]
    public async Task ShortLivedCertificates_AreTold(Sender sender)
    {
        (Authority Issuer, int Days, int Left)[] chains = [(_longIssuer, 2, 1), (_longIssuer, 10, 9), (_longIssuer, 40, 39), (_shortIssuer, 40, 2)];
        foreach (var (issuer, days, left) in chains)
        {
            using var leaf = issuer.Issue(TlsCheck.Host, until: Now.AddDays(days).AddHours(-1));
            using var server = new OpenSslServer("1.3", leaf, [issuer.Certificate]);
            using var check = new TlsCheck(sender, _root.Certificate);
            Task<Verdict> JudgeAsync(int? minDays, params string[] assertions) => Eventually.Get(() => check.RunAsync(server.Port, settings: Settings(minDays, assertions)),
                verdict => verdict.Reason != FailureReason.NetworkError, "the server answers");

            foreach (var asked in new[] { 0, left, left + 1, 14, 3650 })
            {
                var (verdict, expected) = (await JudgeAsync(asked), asked <= left ? null : $"expected {asked} days until the certificate expires, got {left}");
                Assert.Equal((expected is null ? null : FailureReason.CertificateExpiring, expected), (verdict.Reason, verdict.Detail));
            }
            Assert.True((await JudgeAsync(null, $"cert.days ge {left}", $"cert.days lt {left + 1}", $"cert.days eq {left}")).Success);
            Assert.Equal(FailureReason.AssertionFailed, (await JudgeAsync(null, $"cert.days gt {left}")).Reason);
            Assert.True(await JudgeAsync(null, $"cert.days gt {left} (degraded)") is { IsDegraded: true, Reason: FailureReason.AssertionFailed });
        }
    }

    [Theory, MemberData(nameof(Senders))]
    public async Task Observation_HasTheChainAndTheAddress(Sender sender)
    {
        using var leaf = _longIssuer.Issue(TlsCheck.Host);
        using var expired = _longIssuer.Issue(TlsCheck.Host, from: Now.AddDays(-2), until: Now.AddDays(-1));
        using var check = new TlsCheck(sender, _root.Certificate);
        await using var good = new TlsTarget(leaf, _longIssuer.Certificate);
        await using var bad = new TlsTarget(expired, _longIssuer.Certificate);
        foreach (var (target, certificate, complaint) in new (TlsTarget, X509Certificate2, string?)[] { (good, leaf, null), (bad, expired, "certificate expired on ") })
        {
            var peer = (await check.ObserveAsync(target.Port)).Peer!;
            Assert.Equal((System.Net.IPAddress.Loopback, 3), (peer.Address, peer.Chain!.Certificates.Count));
            Assert.Equal(certificate.RawData, peer.Chain.Certificates[0].ToArray());
            Assert.True(complaint is null ? peer.Chain.Complaint is null : peer.Chain.Complaint!.StartsWith(complaint, StringComparison.Ordinal), peer.Chain.Complaint);
        }
    }

    private static CheckSettings Settings(int? minDays, string[] assertions) => new()
    {
        Tls = minDays is null ? null : new TlsSettings { MinDays = minDays },
        Assertions = assertions.Length == 0 ? null : [.. assertions.Select(text => ShortForm.TryParse(text, out var assertion, out var problem) ? assertion : throw new ArgumentException(problem))],
    };
}
