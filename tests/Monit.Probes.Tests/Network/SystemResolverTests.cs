using System.Net;
using Monit.Probes.Network;

namespace Monit.Probes.Tests.Network;

public sealed class SystemResolverTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task BlockedLookups_DelayNeitherOthersNorTheThreadPool()
    {
        using var silent = new ManualResetEventSlim();
        using var resolver = new SystemResolver(host =>
        {
            if (host == "silent.test")
                silent.Wait(Ct);
            return [IPAddress.Loopback];
        });
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var pending = ThreadPool.ThreadCount;
        var blocked = Enumerable.Range(0, 200).Select(_ => resolver.ResolveAsync("silent.test", timeout.Token)).ToArray();

        Assert.Equal([IPAddress.Loopback], await resolver.ResolveAsync("quick.test", Ct).WaitAsync(TimeSpan.FromSeconds(10), Ct));
        Assert.InRange(ThreadPool.ThreadCount, 0, pending + 50);
        await timeout.CancelAsync();
        foreach (var lookup in blocked)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lookup);
        silent.Set();
    }

    [Fact]
    public async Task Failure_ReachesTheCaller()
    {
        using var resolver = new SystemResolver(_ => throw new InvalidOperationException("no such name"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => resolver.ResolveAsync("a.test", Ct));
    }
}
