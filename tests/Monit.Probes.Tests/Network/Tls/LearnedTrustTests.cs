using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using Monit.Probes.Network.Tls;

namespace Monit.Probes.Tests.Network.Tls;

/// <summary>Which roots the chains of checks are judged by.</summary>
public sealed class LearnedTrustTests : IAsyncDisposable
{
    private readonly Authority _root = new();
    private readonly Authority _other = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly TlsTarget _target;
    private X509Certificate2Collection _roots;
    private int _loads;

    public LearnedTrustTests()
    {
        _target = new TlsTarget(_root.Issue(TlsCheck.Host));
        _roots = [_other.Certificate, _root.Certificate];
    }

    public async ValueTask DisposeAsync()
    {
        await _target.DisposeAsync();
        _root.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task Roots_AreReadOnceAndLearned()
    {
        var client = Client();
        for (var i = 0; i < 5; i++)
            Assert.Null(await DetailAsync(client));
        Assert.Equal(1, _loads);
        // The learned root is asked first: nothing is read, however old what was read is.
        _clock.Advance(TimeSpan.FromMinutes(30));
        Assert.Null(await DetailAsync(client));
        Assert.Equal(1, _loads);
    }

    [Fact]
    public async Task RootThatIsNoLongerTrusted_IsForgottenWithinTheHour()
    {
        var client = Client();
        Assert.Null(await DetailAsync(client));
        _roots = [_other.Certificate];
        _clock.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal("incomplete chain", await DetailAsync(client));
    }

    [Fact]
    public async Task RootThatIsNewlyTrusted_CountsWithinMinutes()
    {
        _roots = [_other.Certificate];
        var client = Client();
        Assert.Equal("incomplete chain", await DetailAsync(client));
        _roots = [_root.Certificate];
        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Null(await DetailAsync(client));
    }

    [Fact]
    public async Task MachineWithoutRoots_IsNotTheTargetsFailure()
    {
        _roots = [];
        await Assert.ThrowsAsync<InvalidOperationException>(() => DetailAsync(Client()));
        // Who does not verify, or brings roots, needs none of the machine's.
        Assert.Null((await new SecureConnection().AskAsync(_target.Port, new() { Verify = false })).Failure);
        Assert.Null((await new SecureConnection().AskAsync(_target.Port, new() { Ca = Pem.Of(_root.Certificate) })).Failure);
    }

    [Fact]
    public void Policy_AsksNobody()
    {
        var trust = new LearnedTrust(() => _roots, _clock);
        Assert.All([trust.Learned, trust.All], policy =>
        {
            Assert.Equal((X509RevocationMode.NoCheck, true, X509ChainTrustMode.CustomRootTrust), (policy.RevocationMode, policy.DisableCertificateDownloads, policy.TrustMode));
            Assert.Equal("1.3.6.1.5.5.7.3.1", Assert.Single(policy.ApplicationPolicy.Cast<System.Security.Cryptography.Oid>()).Value);
        });
        Assert.Empty(trust.Learned.CustomTrustStore);
        trust.Learn([_root.Certificate]);
        trust.Learn([_root.Certificate]);
        Assert.Single(trust.Learned.CustomTrustStore);
    }

    private TlsClient Client() => new(() =>
    {
        _loads++;
        return _roots;
    }, _clock);

    private async Task<string?> DetailAsync(TlsClient client)
    {
        var ct = TestContext.Current.CancellationToken;
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _target.Port, ct);
        try
        {
            await using var secure = await client.SecureAsync(new NetworkStream(socket, ownsSocket: true), TlsCheck.Host, ct);
            return null;
        }
        catch (TlsException failure)
        {
            return failure.Message;
        }
    }
}
