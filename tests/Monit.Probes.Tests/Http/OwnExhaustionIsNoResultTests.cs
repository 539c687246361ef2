using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Monit.Core.Checks;
using Monit.Probes.Network;
using Monit.Probes.Network.Names;
using Monit.Probes.Network.Sockets;
using Monit.Probes.Runs;
using Monit.Testing;

namespace Monit.Probes.Tests.Http;

/// <summary>Tests that take something away from the whole process run alone.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>What Monit itself lacks is never a failure of the target.</summary>
[Collection(nameof(Alone))]
public sealed class OwnExhaustionIsNoResultTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<Exception, string?> Failures => new()
    {
        { new SocketException((int)SocketError.TooManyOpenSockets), "files" },
        { new SocketException((int)SocketError.NoBufferSpaceAvailable), "memory" },
        { new SocketException((int)SocketError.AddressNotAvailable), "ports" },
        { new HttpRequestException(HttpRequestError.ConnectionError, null, new SocketException((int)SocketError.TooManyOpenSockets)), "files" },
        { new IOException("x", new SocketException((int)SocketError.NoBufferSpaceAvailable)), "memory" },
        { new IOException("Too many open files", 24), "files" },
        { new IOException("Too many open files in system", 23), "files" },
        { new Win32Exception(24), "files" },
        { new Win32Exception(12), "memory" },
        { new TypeInitializationException("x", new Win32Exception(24)), "files" },
        { new InsufficientMemoryException(), "memory" },
        { new NoThreadException(), "threads" },
        { new SocketException((int)SocketError.ConnectionRefused), null },
        { new SocketException((int)SocketError.NetworkUnreachable), null },
        { new IOException("reset", new SocketException((int)SocketError.ConnectionReset)), null },
        { new InvalidOperationException(), null },
    };

    [Theory, MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public async Task Lack_IsToldApart(Exception failure, string? resource)
    {
        Assert.Equal(resource, Exhaustion.Of(failure));
        foreach (var sender in (Sender[])[Sender.FastOnEpoll, Sender.FastOnSockets, Sender.Full])
        {
            using var checker = new Checker(sender, resolve: (_, _) => throw failure);
            if (resource is not null)
                Assert.Equal(resource, (await Assert.ThrowsAsync<ExhaustedException>(() => checker.ObserveAsync(Config("http://a.test/"), Ct).AsTask())).Resource);
        }
    }

    [Fact]
    public void NoSourceAddress_IsNoLackOfPorts()
    {
        var failure = new SocketException((int)SocketError.AddressNotAvailable);
        Assert.Same(failure, Routes.Explain(failure, IPAddress.Loopback));
    }

    [Theory]
    [InlineData(Sender.FastOnEpoll)]
    [InlineData(Sender.FastOnSockets)]
    [InlineData(Sender.Full)]
    public async Task WithoutFiles_NothingIsDown_AndChecksGoOnAfterwards(Sender sender)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Limits are Linux' own.");
        await using var target = new ScriptedTarget();
        var folder = Directory.CreateTempSubdirectory("monit-files");
        var (conf, hosts) = (Path.Combine(folder.FullName, "resolv.conf"), Path.Combine(folder.FullName, "hosts"));
        await File.WriteAllTextAsync(conf, "nameserver 127.0.0.1\n", Ct);
        await File.WriteAllTextAsync(hosts, "", Ct);
        using var dns = new Network.Names.DnsServer { Answer = question => question.Addresses("127.0.0.1") };
        using var system = new SystemResolver(_ => throw new SocketException((int)SocketError.HostNotFound));
        using var checker = new Checker(sender, resolve: new NameResolver(system, TimeProvider.System, conf, hosts, dns.Port, "machine").ResolveAsync);
        string[] urls = [target.Url, $"http://name.test:{target.Port}/"];
        Assert.Null((await checker.ObserveAsync(Config(urls[0]), Ct)).Failure);
        Assert.Null((await checker.ObserveAsync(Config(urls[1]), Ct)).Failure);

        var lacking = 0;
        using (var none = new NoFiles())
            for (var round = 0; round < 20; round++)
                foreach (var url in urls)
                {
                    none.Take();
                    try
                    {
                        // Somebody may close a file at this moment.
                        Assert.Null((await checker.ObserveAsync(Config(url), Ct)).Failure);
                    }
                    catch (ExhaustedException lack)
                    {
                        Assert.Equal("files", lack.Resource);
                        lacking++;
                    }
                }
        Assert.NotEqual(0, lacking);

        Assert.Null((await checker.ObserveAsync(Config(urls[0]), Ct)).Failure);
        Assert.Null((await checker.ObserveAsync(Config(urls[1]), Ct)).Failure);
        folder.Delete(recursive: true);
    }

    private static CheckConfig Config(string url) => new(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(10), 200, null, url);

    /// <summary>While it exists, this process has no more files than those which checks leave to the rest of it.</summary>
    private sealed class NoFiles : IDisposable
    {
        private const int Files = 7;
        private readonly ulong[] _before = new ulong[2];
        private readonly List<SafeFileHandle> _taken = [];
        private readonly int _first;

        public NoFiles()
        {
            Assert.Equal(0, getrlimit(Files, _before));
            _first = Directory.GetFiles("/proc/self/fd").Max(file => int.Parse(Path.GetFileName(file), System.Globalization.CultureInfo.InvariantCulture)) + 1;
            Assert.Equal(0, setrlimit(Files, [(ulong)(_first + FileReserve.Size), _before[1]]));
            Take();
        }

        /// <summary>Takes what others have closed since.</summary>
        public void Take()
        {
            do
                _taken.Add(File.OpenHandle("/dev/null"));
            while (_taken[^1].DangerousGetHandle() < _first);
            _taken[^1].Dispose();
            _taken.RemoveAt(_taken.Count - 1);
        }

        public void Dispose()
        {
            _taken.ForEach(file => file.Dispose());
            Assert.Equal(0, setrlimit(Files, _before));
        }

        [DllImport("libc")]
        private static extern int getrlimit(int resource, [Out] ulong[] limit);

        [DllImport("libc")]
        private static extern int setrlimit(int resource, ulong[] limit);
    }
}
