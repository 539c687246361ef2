using System.Security.Cryptography.X509Certificates;
using Monit.Core.Checks;
using Monit.Core.Checks.Settings;
using Monit.Probes.Network.Tls;

namespace Monit.Probes.Tests.Network.Tls;

/// <summary>A server may send as many certificates as it likes: little of it is kept, and all that is needed counts.</summary>
public sealed class HostileChainsAreBoundedTests : IDisposable
{
    private readonly List<Authority> _authorities = [new Authority(days: 200)];

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public void Dispose() => _authorities.ForEach(one => one.Dispose());

    [Fact]
    public async Task LongChain_IsJudgedWholly_AndKeptInPart()
    {
        var root = _authorities[0].Certificate;
        // The one in the middle expires first.
        for (var i = 0; i < 60; i++)
            _authorities.Add(new Authority(_authorities[^1], days: i == 30 ? 7 : 100));
        using var leaf = _authorities[^1].Issue(TlsCheck.Host, until: Now.AddDays(50));
        using var server = new OpenSslServer("1.3", leaf, [.. _authorities.Skip(1).Reverse().Select(one => one.Certificate)]);
        foreach (var settings in new TlsSettings?[] { null, new() { Verify = false }, new() { Ca = Pem.Of(root) } })
        {
            var seen = await new SecureConnection(root).AskAsync(server.Port, settings);
            Assert.Null(seen.Failure);
            Assert.Equal((SeenChain.MaxKept, 6, null), (seen.Chain!.Certificates.Count, seen.Chain.DaysLeft(Now), seen.Chain.Complaint));
        }
        var strange = await new SecureConnection(new Authority().Certificate).AskAsync(server.Port, null);
        Assert.Equal((FailureReason.TlsError, "incomplete chain", SeenChain.MaxKept), (strange.Failure?.Reason, strange.Failure?.Detail, strange.Chain!.Certificates.Count));
    }

    [Fact]
    public async Task ManyThatAreNotNeeded_DoNotCount()
    {
        for (var i = 0; i < 90; i++)
            _authorities.Add(new Authority(_authorities[0], name: "the same", days: i % 2 == 0 ? 100 : -1));
        using var leaf = _authorities[^2].Issue(TlsCheck.Host, until: Now.AddDays(50));
        using var server = new OpenSslServer("1.2", leaf, [.. _authorities.Skip(1).Select(one => one.Certificate)]);
        var seen = await new SecureConnection(_authorities[0].Certificate).AskAsync(server.Port, new() { Verify = false });
        Assert.Null(seen.Failure);
        Assert.InRange(seen.Chain!.Certificates.Count, 1, 3);
    }

    [Fact]
    public async Task MoreThanOpenSslTakes_FailsTheHandshake()
    {
        using var leaf = _authorities[0].Issue(TlsCheck.Host);
        using var server = new OpenSslServer("1.3", leaf, [.. Enumerable.Repeat(_authorities[0].Certificate, 400)]);
        var seen = await new SecureConnection(_authorities[0].Certificate).AskAsync(server.Port, new() { Verify = false });
        Assert.Equal((FailureReason.TlsError, null), (seen.Failure?.Reason, seen.Chain));
        Assert.StartsWith("handshake failed: ", seen.Failure!.Value.Detail, StringComparison.Ordinal);
    }
}
