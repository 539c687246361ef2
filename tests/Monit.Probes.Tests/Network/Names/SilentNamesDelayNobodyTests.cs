using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Monit.Probes.Network;
using Monit.Probes.Network.Names;
using Monit.Testing;

namespace Monit.Probes.Tests.Network.Names;

/// <summary>Names are looked up without waiting for the names of others, and as the system would.</summary>
public sealed class SilentNamesDelayNobodyTests : IDisposable
{
    private readonly DnsServer _dns = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("monit-dns");
    private readonly SystemResolver _system = new(host => [IPAddress.Parse("192.0.2.53")]);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _dns.Dispose();
        _system.Dispose();
        _folder.Delete(recursive: true);
    }

    private string Hosts => Path.Combine(_folder.FullName, "hosts");
    private string ResolvConf => Path.Combine(_folder.FullName, "resolv.conf");

    private NameResolver Resolver(string resolvConf = "nameserver 127.0.0.1\n", string hosts = "")
    {
        File.WriteAllText(ResolvConf, resolvConf);
        File.WriteAllText(Hosts, hosts);
        return new NameResolver(_system, TimeProvider.System, ResolvConf, Hosts, _dns.Port, hostName: "machine");
    }

    private static async Task FailsAsync(NameResolver resolver, string name, SocketError error) =>
        Assert.Equal(error, (await Assert.ThrowsAsync<SocketException>(() => resolver.ResolveAsync(name, Ct))).SocketErrorCode);

    private static async Task IsAsync(NameResolver resolver, string name, params string[] addresses) =>
        Assert.Equal(addresses, (await resolver.ResolveAsync(name, Ct)).Select(address => address.ToString()));

    [Fact]
    public async Task TwoThousandSilentNames_LeaveOthersAlone()
    {
        _dns.Answer = question => question.Name.StartsWith("silent", StringComparison.Ordinal) ? null : question.Addresses("192.0.2.1", "2001:db8::1");
        var resolver = Resolver();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var threads = Process.GetCurrentProcess().Threads.Count;
        var silent = Enumerable.Range(0, 2000).Select(i => resolver.ResolveAsync($"silent{i}.example.org", end.Token)).ToList();
        for (var i = 0; i < 20; i++)
            await IsAsync(resolver, $"honest{i}.example.org", "2001:db8::1", "192.0.2.1");
        Assert.Contains(silent, lookup => !lookup.IsCompleted);
        Assert.InRange(Process.GetCurrentProcess().Threads.Count, 0, threads + 50);
        await end.CancelAsync();
        foreach (var lookup in silent)
            await Assert.ThrowsAnyAsync<Exception>(() => lookup);
    }

    [Fact]
    public async Task SilentName_IsGivenUpLongBeforeAPatientCheck()
    {
        _dns.Answer = _ => null;
        await FailsAsync(Resolver(), "silent.example.org", SocketError.TryAgain).WaitAsync(TimeSpan.FromSeconds(60), Ct);
    }

    [Theory]
    [InlineData("AAAA", "192.0.2.1")]
    [InlineData("A", "2001:db8::1")]
    public async Task QuestionsThatAreDropped_DoNotFailTheOtherFamily(string dropped, string address)
    {
        _dns.Answer = question => question.Type == dropped ? null : question.Addresses("192.0.2.1", "2001:db8::1");
        await IsAsync(Resolver(), "a.example.org", address);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public async Task FailedQuestions_DoNotFailTheOtherFamily(int code)
    {
        _dns.Answer = question => question.Type == "AAAA" ? question.Code(code) : question.Addresses("192.0.2.1");
        await IsAsync(Resolver(), "a.example.org", "192.0.2.1");
    }

    [Theory]
    [InlineData(3, SocketError.HostNotFound)]
    [InlineData(0, SocketError.NoData)]
    [InlineData(2, SocketError.TryAgain)]
    [InlineData(5, SocketError.TryAgain)]
    [InlineData(1, SocketError.TryAgain)]
    public async Task Codes_AreToldApart(int code, SocketError error)
    {
        _dns.Answer = question => question.Code(code);
        await FailsAsync(Resolver(), "a.example.org", error);
    }

    [Fact]
    public async Task TruncatedAnswer_IsAskedForByTcp()
    {
        _dns.Answer = question => question.IsTcp ? question.Addresses([.. Enumerable.Range(1, 60).Select(i => $"192.0.2.{i}")]) : question.Truncated();
        var addresses = await Resolver().ResolveAsync("a.example.org", Ct);
        Assert.InRange(addresses.Length, 1, NameResolver.MaxAddresses);
        Assert.Equal("192.0.2.1", addresses[0].ToString());
    }

    [Fact]
    public async Task TruncatedAnswer_WithoutTcp_IsUsedAsFarAsItGoes()
    {
        _dns.Answer = question =>
        {
            if (question.IsTcp)
                return null;
            var whole = question.Addresses("192.0.2.1", "192.0.2.2");
            whole[2] |= 2;
            return question.Type == "A" ? whole[..^3] : question.Addresses();
        };
        await IsAsync(Resolver(), "a.example.org", "192.0.2.1");
    }

    [Fact]
    public async Task ThousandsOfAddresses_AreFew()
    {
        _dns.Answer = question => question.IsTcp
            ? question.Addresses([.. Enumerable.Range(0, 2000).Select(i => $"192.0.{i / 250}.{i % 250}")]) : question.Truncated();
        Assert.InRange((await Resolver().ResolveAsync("a.example.org", Ct)).Length, 1, NameResolver.MaxAddresses);
    }

    [Fact]
    public async Task NoAnswer_HoweverMalformed_IsMoreThanAFailedLookup()
    {
        var random = new Random(1);
        var resolver = Resolver();
        for (var i = 0; i < 2000; i++)
        {
            _dns.Answer = question =>
            {
                var message = question.Addresses("192.0.2.1", "192.0.2.2", "2001:db8::1");
                lock (random)
                {
                    // Everything but the number and the question, so that it is taken for the answer.
                    var from = message.Length - (question.Type == "A" ? 46 : 42);
                    for (var change = random.Next(1, 12); change > 0; change--)
                        message[random.Next(4) == 0 ? random.Next(6, 12) : random.Next(from, message.Length)] = (byte)random.Next(256);
                    return random.Next(3) == 0 ? message[..random.Next(from, message.Length)] : message;
                }
            };
            try
            {
                Assert.InRange((await resolver.ResolveAsync("a.example.org", Ct)).Length, 1, NameResolver.MaxAddresses);
            }
            catch (SocketException failure)
            {
                Assert.True(failure.SocketErrorCode is SocketError.TryAgain or SocketError.NoData or SocketError.HostNotFound, $"{failure.SocketErrorCode}");
            }
        }
    }

    [Fact]
    public async Task AnswersToOtherQuestions_AreIgnored()
    {
        _dns.Answer = question =>
        {
            var message = question.Addresses("192.0.2.66");
            message[0] ^= 0xff;
            return message;
        };
        await FailsAsync(Resolver(), "a.example.org", SocketError.TryAgain);
    }

    [Fact]
    public async Task SearchDomains_CompleteShortNames()
    {
        _dns.Answer = question => question.Name is "db.b.test" or "x.y.example" ? question.Addresses("192.0.2.1") : question.Code(3);
        var resolver = Resolver("# comment\ndomain ignored.test\nsearch a.test b.test.\nnameserver 127.0.0.1\noptions timeout:1 ndots:2\n");
        await IsAsync(resolver, "db", "192.0.2.1");
        Assert.Equal(["db.a.test", "db.b.test"], Asked(_dns, "db"));
        await IsAsync(resolver, "x.y.example", "192.0.2.1");
        Assert.Equal(["x.y.example"], Asked(_dns, "x"));
        await FailsAsync(resolver, "whole.", SocketError.HostNotFound);
        Assert.Equal(["whole"], Asked(_dns, "whole"));
        await FailsAsync(resolver, "z.example", SocketError.HostNotFound);
        Assert.Equal(["z.example.a.test", "z.example.b.test", "z.example"], Asked(_dns, "z"));
    }

    private static IEnumerable<string> Asked(DnsServer dns, string firstLabel) =>
        dns.Asked.Select(asked => asked.Split(' ')[0]).Where(name => name.Split('.')[0] == firstLabel).Distinct();

    [Fact]
    public async Task HostsFile_CountsFirst_AndIsReadAgain()
    {
        _dns.Answer = question => question.Addresses("192.0.2.9");
        var resolver = Resolver(hosts: "192.0.2.1 one.test Alias # comment\n2001:db8::1 one.test\nnonsense\n");
        await IsAsync(resolver, "ONE.test.", "192.0.2.1", "2001:db8::1");
        await IsAsync(resolver, "alias", "192.0.2.1");
        Assert.Empty(_dns.Asked);
        await IsAsync(resolver, "two.test", "192.0.2.9");
        await File.WriteAllTextAsync(Hosts, "192.0.2.22 two.test\n", Ct);
        await Eventually.True(async () => (await resolver.ResolveAsync("two.test", Ct))[0].ToString() == "192.0.2.22", "the file is read again");
    }

    [Fact]
    public async Task ResolvConf_IsReadAgain()
    {
        _dns.Answer = question => question.Addresses("192.0.2.9");
        var resolver = Resolver("");
        await IsAsync(resolver, "a.test", "192.0.2.53");
        await File.WriteAllTextAsync(ResolvConf, "nameserver 127.0.0.1\n", Ct);
        await Eventually.True(async () => (await resolver.ResolveAsync("a.test", Ct))[0].ToString() == "192.0.2.9", "the file is read again");
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("a.localhost.")]
    [InlineData("LOCALHOST.")]
    public async Task Localhost_IsLoopback(string name)
    {
        await IsAsync(Resolver(), name, "127.0.0.1", "::1");
        Assert.Empty(_dns.Asked);
    }

    [Theory]
    [InlineData("printer.local", true)]
    [InlineData("printer.local.", true)]
    [InlineData("db.default.svc.cluster.local", false)]
    [InlineData("nolocal", false)]
    public async Task MulticastNames_AreTheSystems(string name, bool systems)
    {
        _dns.Answer = question => question.Addresses("192.0.2.9");
        await IsAsync(Resolver("search svc.cluster.local cluster.local\nnameserver 127.0.0.1\n"), name, systems ? "192.0.2.53" : "192.0.2.9");
    }

    [Fact]
    public async Task DeadFirstServer_CostsAMomentOnce()
    {
        using var dead = new DnsServer(IPAddress.Parse("127.0.0.2"), _dns.Port) { Answer = _ => null };
        _dns.Answer = question => question.Addresses("192.0.2.9");
        var resolver = Resolver("nameserver 127.0.0.2\nnameserver 127.0.0.1\n");
        await IsAsync(resolver, "a.test", "192.0.2.9");
        await IsAsync(resolver, "b.test", "192.0.2.9");
        Assert.Empty(Asked(dead, "b"));
    }

    [Theory]
    [InlineData("a..b")]
    [InlineData("")]
    [InlineData("אa.example")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234.example")]
    public async Task NameThatDnsCannotHold_DoesNotExist(string name) => await FailsAsync(Resolver(), name, SocketError.HostNotFound);

    [Fact]
    public async Task ThreadsOfTheSystem_AreNotWaitedFor()
    {
        using var silent = new ManualResetEventSlim();
        using var system = new SystemResolver(_ =>
        {
            silent.Wait(Ct);
            return [];
        });
        var pending = Enumerable.Range(0, SystemResolver.MaxThreads).Select(_ => system.ResolveAsync("silent.local", Ct)).ToList();
        await Assert.ThrowsAsync<NoThreadException>(() => system.ResolveAsync("honest.local", Ct));
        silent.Set();
        await Task.WhenAll(pending);
        Assert.Empty(await system.ResolveAsync("honest.local", Ct));
    }
}
