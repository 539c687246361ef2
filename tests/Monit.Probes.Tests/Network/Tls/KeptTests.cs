using Monit.Probes.Network.Tls;

namespace Monit.Probes.Tests.Network.Tls;

/// <summary>What thousands of monitors have of their own is bounded, and nobody loses it while it is in use.</summary>
public sealed class KeptTests
{
    private readonly Kept<Thing> _kept = new(room: 10);
    private readonly List<Thing> _made = [];

    [Fact]
    public void Same_IsMadeOnce()
    {
        using var one = Take("a");
        using var other = Take("a");
        Assert.Same(one.Value, other.Value);
        Assert.Single(_made);
    }

    [Fact]
    public void OldestUse_GivesWay_ByItsSize()
    {
        foreach (var key in new[] { "a", "b", "c", "a" })
            Take(key, size: 3).Dispose();
        Take("d", size: 3).Dispose();
        Assert.Equal([false, true, false, false], _made.Select(thing => thing.IsDisposed));
        Take("whale", size: 30).Dispose();
        Assert.Equal([true, true, true, true, false], _made.Select(thing => thing.IsDisposed));
        Take("e").Dispose();
        Assert.Equal((1, true), (_kept.Count, _made[4].IsDisposed));
    }

    [Fact]
    public void WhatIsUsed_IsDisposedOfByItsLastUser()
    {
        var (one, other) = (Take("a", size: 10), Take("a", size: 10));
        Take("b", size: 10).Dispose();
        one.Dispose();
        one.Dispose();
        Assert.False(other.Value.IsDisposed);
        Take("a").Dispose();
        Assert.Equal(3, _made.Count);
        other.Dispose();
        Assert.True(_made[0].IsDisposed);
    }

    [Fact]
    public async Task ManyAtATime_LeaveNothingBehind()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 2000; i++)
            {
                using var lease = Take($"{random.Next(20)}", size: 1 + random.Next(3));
                Assert.False(lease.Value.IsDisposed);
            }
        })));
        Assert.InRange(_kept.Count, 1, 10);
        Assert.Equal(_kept.Count, _made.Count(thing => !thing.IsDisposed));
    }

    [Fact]
    public void Failure_LeavesNothing()
    {
        Assert.Throws<TlsException>(() => _kept.Take("a", () => throw new TlsException("no")));
        Take("a").Dispose();
        Assert.Equal(1, _kept.Count);
    }

    private Kept<Thing>.Lease Take(string key, int size = 1) => _kept.Take(key, () =>
    {
        var thing = new Thing();
        lock (_made)
            _made.Add(thing);
        return (thing, size);
    });

    internal sealed class Thing : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose()
        {
            Assert.False(IsDisposed);
            IsDisposed = true;
        }
    }
}
