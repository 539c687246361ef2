using System.Net;
using System.Net.Sockets;
using Monit.Core.Checks;
using Monit.Core.Checks.Settings;
using Monit.Probes.Tests.Http.Requests;
using Monit.Testing;

namespace Monit.Probes.Tests.Http;

/// <summary>No redirect, however it is spelled, leads a check to an address that is not public.</summary>
public sealed class RedirectsReachNothingPrivateTests : IAsyncDisposable
{
    private static readonly string[] Locations =
    [
        // Relative to a monitor's URL whose name has moved to a private address.
        "/", "next", "?a=b", "#b", "../../x", "//127.0.0.1:{0}/", "//localhost:{0}/", "//[::1]:{0}/", "\\\\127.0.0.1:{0}\\", "/\\127.0.0.1:{0}/", "\\/\\/127.0.0.1:{0}/", "///127.0.0.1:{0}/", "./", "%2f%2f127.0.0.1:{0}/",
        // Absolute, in all spellings of the address.
        "http://127.0.0.1:{0}/", "HTTP://127.0.0.1:{0}/", "hTTp://LOCALHOST:{0}/", "http:127.0.0.1:{0}/", "http:/127.0.0.1:{0}/", "http:///127.0.0.1:{0}/", "http:\\\\127.0.0.1:{0}\\", "http://\t127.0.0.1:{0}/", "\thttp://127.0.0.1:{0}/", "  http://127.0.0.1:{0}/  ", "ht\ttp://127.0.0.1:{0}/",
        "http://127.1:{0}/", "http://127.0.1:{0}/", "http://2130706433:{0}/", "http://0x7f000001:{0}/", "http://0x7f.1:{0}/", "http://0177.0.0.1:{0}/", "http://017700000001:{0}/", "http://127.0.0.1.:{0}/", "http://0:{0}/", "http://0.0.0.0:{0}/", "http://127.255.255.254:{0}/",
        "http://１２７.０.０.１:{0}/", "http://①②⑦.⓪.⓪.①:{0}/", "http://127。0。0。1:{0}/", "http://%31%32%37.0.0.1:{0}/", "http://127.0.0.1%2f.example:{0}/",
        "http://[::1]:{0}/", "http://[0:0:0:0:0:0:0:1]:{0}/", "http://[::]:{0}/", "http://[::ffff:127.0.0.1]:{0}/", "http://[::ffff:7f00:1]:{0}/", "http://[::127.0.0.1]:{0}/", "http://[::ffff:0:7f00:1]:{0}/", "http://[64:ff9b::127.0.0.1]:{0}/", "http://[64:ff9b:1::7f00:1]:{0}/", "http://[2002:7f00:1::]:{0}/", "http://[::1%25lo]:{0}/", "http://[fe80::1%25lo]:{0}/",
        // Names and users.
        "http://localhost:{0}/", "http://localhost.:{0}/", "http://a.localhost:{0}/", "http://private.test:{0}/", "http://user@127.0.0.1:{0}/", "http://user:pass@127.0.0.1:{0}/", "http://public.example@127.0.0.1:{0}/", "http://public.example#@127.0.0.1:{0}/", "http://public.example\\@127.0.0.1:{0}/", "http://127.0.0.1:{0}#@public.example/", "http://127.0.0.1:{0}?@public.example/",
        // Other schemes.
        "https://127.0.0.1:{0}/", "ftp://127.0.0.1:{0}/", "gopher://127.0.0.1:{0}/", "file:///etc/passwd", "ws://127.0.0.1:{0}/", "javascript:alert(1)", "data:text/plain,x", "unix:/var/run/docker.sock", "dict://127.0.0.1:{0}/", "jar:http://127.0.0.1:{0}/!/", "view-source:http://127.0.0.1:{0}/",
        "http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://10.0.0.1:{0}/", "http://192.168.0.1:{0}/",
    ];

    private readonly ScriptedTarget _target = new();
    private readonly TcpListener? _v6;
    private readonly TaskCompletionSource _reachedV6 = new();

    public RedirectsReachNothingPrivateTests()
    {
        if (!Socket.OSSupportsIPv6)
            return;
        try
        {
            _v6 = new TcpListener(IPAddress.IPv6Loopback, _target.Port);
            _v6.Start();
            _ = AcceptAsync(_v6);
        }
        catch (SocketException)
        {
            _v6 = null;
        }
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _v6?.Dispose();
        await _target.DisposeAsync();
    }

    [Fact]
    public void Table_IsLong() => Assert.InRange(Locations.Distinct().Count(), 45, int.MaxValue);

    [Theory]
    [InlineData(Sender.FastOnEpoll)]
    [InlineData(Sender.FastOnSockets)]
    [InlineData(Sender.Full)]
    public async Task NoRedirect_ReachesALocalServer(Sender sender)
    {
        foreach (var location in Locations.Select(location => location.Replace("{0}", $"{_target.Port}", StringComparison.Ordinal)))
        {
            // A name that pointed to a public address a moment ago, and now to this machine.
            using var checker = new Checker(sender, resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.IPv6Loopback, IPAddress.Loopback]), allowPrivate: false, redirect: location);
            var result = await checker.CheckAsync(new CheckConfig(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(10), 200, null, $"http://public.example:{_target.Port}/a/b"), Ct);
            Assert.False(result.Success, location);
            Assert.True(_target.Connections == 0 && !_reachedV6.Task.IsCompleted, $"{location} has reached this machine: {result}");
        }
    }

    [Theory]
    [InlineData("POST", 307)]
    [InlineData("POST", 308)]
    [InlineData("POST", 302)]
    [InlineData("PUT", 301)]
    [InlineData("HEAD", 303)]
    public async Task NoRedirectOfAnotherMethod_ReachesALocalServer(string method, int status)
    {
        var request = new RequestSettings { Method = method, Body = method == "HEAD" ? null : "x", Headers = new Dictionary<string, string> { ["Host"] = "127.0.0.1" } };
        foreach (var location in Locations.Select(location => location.Replace("{0}", $"{_target.Port}", StringComparison.Ordinal)))
        {
            using var checker = new Checker(Sender.FastOnEpoll, resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.IPv6Loopback, IPAddress.Loopback]), allowPrivate: false, redirect: location, redirectStatus: status);
            var result = await checker.CheckAsync(Asked.Of($"http://public.example:{_target.Port}/a/b", request), Ct);
            Assert.False(result.Success, location);
            Assert.True(_target.Connections == 0 && !_reachedV6.Task.IsCompleted, $"{location} has reached this machine: {result}");
        }
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            using var client = await listener.AcceptTcpClientAsync();
            _reachedV6.TrySetResult();
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
        }
    }
}
