using Monit.Storage.Schedule;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Scheduling;

/// <summary>release, extend and reclaim.</summary>
public abstract class LeaseSuite(Func<Task<IConnectionMultiplexer>> connect) : ScriptSuite(connect)
{
    [Fact]
    public async Task Release_Nothing_FencesNothing() => Assert.Empty(await Schedule.ReleaseAsync(0, [], Ct));

    [Fact]
    public async Task Release_Reschedules_AfterItsDelay_AndOnlyOnce()
    {
        var claim = await AddClaimedAsync(2);
        await Db.HashSetAsync(Keys.For(0, "incident"), claim.Jobs[0].Id.ToString(), Failing.Encode());
        var leases = Leases(claim);
        var delay = TimeSpan.FromSeconds(2);

        var before = await NowAsync();
        Assert.Equal([1], await Schedule.ReleaseAsync(0, [(leases[0], delay), (leases[1] with { Token = 1 }, delay)], Ct));
        var after = await NowAsync();

        var due = await ScoreAsync("schedule", leases[0].Id);
        Assert.InRange(due!.Value, before + 2000, after + 2000);
        Assert.Equal(Failing.Encode(), await TextAsync("incident", leases[0].Id));
        Assert.Null(await TextAsync("status", leases[0].Id));
        Assert.Equal(claim.Token, await ScoreAsync("inflight", leases[1].Id));

        Assert.Equal([0], await Schedule.ReleaseAsync(0, [(leases[0], TimeSpan.Zero)], Ct));
        Assert.Equal(due, await ScoreAsync("schedule", leases[0].Id));
    }

    [Fact]
    public async Task Release_LargestBatch_Fits()
    {
        var claim = await AddClaimedAsync(2000);
        Assert.Empty(await Schedule.ReleaseAsync(0, [.. Leases(claim).Select(l => (l, TimeSpan.Zero))], Ct));
        Assert.Empty(await AllAsync("inflight"));
    }

    [Fact]
    public async Task Extend_Nothing_FencesNothing()
    {
        var before = await NowAsync();
        var extension = await Schedule.ExtendAsync(0, [], Lease, Ct);
        Assert.Empty(extension.Fenced);
        Assert.InRange(extension.Now, before, await NowAsync());
        Assert.False(await Db.KeyExistsAsync(Keys.For(0, "meta")));
    }

    [Fact]
    public async Task Extend_NewTokenReplacesTheOld()
    {
        var claim = await AddClaimedAsync(3);
        var leases = Leases(claim);

        var extension = await Schedule.ExtendAsync(0, [leases[0], leases[1] with { Token = 5 }], Hour, Ct);

        Assert.Equal([1], extension.Fenced);
        Assert.Equal(extension.Now + (long)Hour.TotalMilliseconds, extension.Token);
        Assert.Equal(extension.Token, await ScoreAsync("inflight", leases[0].Id));
        Assert.Equal(claim.Token, await ScoreAsync("inflight", leases[1].Id));
        Assert.Equal([0], (await Schedule.ExtendAsync(0, [leases[0]], Hour, Ct)).Fenced);
        Assert.Equal([0], await CompleteAsync(leases[0], claim.Now + 60_000));
        Assert.Empty(await CompleteAsync(leases[0] with { Token = extension.Token }, claim.Now + 60_000));
    }

    [Fact]
    public async Task Extend_OneByOne_DoesNotPushDeadlinesIntoTheFuture()
    {
        var leases = Leases(await AddClaimedAsync(20));
        // As far ahead as many calls within one millisecond would have pushed it.
        var last = await NowAsync() + 2 * (long)Hour.TotalMilliseconds;
        await Db.HashSetAsync(Keys.For(0, "meta"), "last", last);

        foreach (var lease in leases)
            Assert.Equal(last, (await Schedule.ExtendAsync(0, [lease], Hour, Ct)).Token);
        Assert.Equal(last + 1, (await Schedule.ExtendAsync(0, [leases[0] with { Token = last }], Hour, Ct)).Token);
    }

    [Fact]
    public async Task Extend_AllFenced_UsesNoToken()
    {
        var claim = await AddClaimedAsync(1);
        await Schedule.ExtendAsync(0, [new Lease(Guid.CreateVersion7(), claim.Token)], Hour, Ct);
        Assert.Equal(claim.Token, (long)await Db.HashGetAsync(Keys.For(0, "meta"), "last"));
        Assert.Single(await AllAsync("inflight"));
    }

    [Fact]
    public async Task Reclaim_NothingInflight_ReturnsNothing() => Assert.Equal(0, await Schedule.ReclaimAsync(0, 100, Hour, Ct));

    [Fact]
    public async Task Reclaim_DeadlineExactlyNow_HasExpired_OneMillisecondAhead_HasNot()
    {
        var start = await NowAsync() - 20;
        for (var i = 0; i < 1000; i++)
            await PutAsync("inflight", Guid.CreateVersion7(), start + i);
        var all = await AllAsync("inflight");

        var count = await Schedule.ReclaimAsync(0, 2000, Hour, Ct);

        var back = await AllAsync("schedule");
        var now = Assert.Single(back.Values.Distinct());
        Assert.Equal(all.Where(e => e.Value <= now).Select(e => e.Key).Order(), back.Keys.Order());
        Assert.Equal(count, back.Count);
    }

    [Fact]
    public async Task Reclaim_Limit_CoversExpiredAndFarTogether()
    {
        var now = await NowAsync();
        for (var i = 0; i < 3; i++)
        {
            await PutAsync("inflight", Guid.CreateVersion7(), now - 1000);
            await PutAsync("inflight", Guid.CreateVersion7(), now + 5 * Hour.TotalMilliseconds);
        }
        Assert.Equal(2, await Schedule.ReclaimAsync(0, 2, Hour, Ct));
        await EachIdOnceAsync();
        Assert.Equal(2, await Schedule.ReclaimAsync(0, 2, Hour, Ct));
        Assert.Equal(2, await Schedule.ReclaimAsync(0, 2, Hour, Ct));
        Assert.Equal(0, await Schedule.ReclaimAsync(0, 2, Hour, Ct));
    }

    [Fact]
    public async Task Reclaim_LimitUsedUpByExpired_LeavesTheFarOnes()
    {
        var now = await NowAsync();
        var far = NewIds(1)[0];
        await PutAsync("inflight", Guid.CreateVersion7(), now - 1000);
        await PutAsync("inflight", far, now + 5 * Hour.TotalMilliseconds);
        Assert.Equal(1, await Schedule.ReclaimAsync(0, 1, Hour, Ct));
        Assert.NotNull(await ScoreAsync("inflight", far));
    }

    [Fact]
    public async Task Reclaim_AfterTimeSteppedBack_PullsLeasesAndTokensBack()
    {
        await Db.HashSetAsync(Keys.For(0, "meta"), "last", await NowAsync() + 10 * (long)Hour.TotalMilliseconds);
        var far = await AddClaimedAsync(1);
        var near = NewIds(1)[0];
        await PutAsync("inflight", near, await NowAsync() + 30_000);

        Assert.Equal(1, await Schedule.ReclaimAsync(0, 100, Hour, Ct));

        Assert.Equal([0], await CompleteAsync(Leases(far)[0], far.Now + 60_000));
        Assert.NotNull(await ScoreAsync("inflight", near));
        var next = await Schedule.ClaimAsync(0, 10, Lease);
        Assert.Equal(far.Jobs[0].Id, Assert.Single(next.Jobs).Id);
        Assert.InRange(next.Token, next.Now, next.Now + (long)Hour.TotalMilliseconds + 1);
    }

    [Fact]
    public async Task Reclaim_IdInBothSets_IsDueAtOnce()
    {
        var id = NewIds(1)[0];
        await PutAsync("inflight", id, 1);
        await PutAsync("schedule", id, double.PositiveInfinity);
        var before = await NowAsync();
        Assert.Equal(1, await Schedule.ReclaimAsync(0, 100, Hour, Ct));
        Assert.InRange((await ScoreAsync("schedule", id))!.Value, before, await NowAsync());
    }

    [Fact]
    public async Task Reclaim_LateCompletion_IsFencedOff()
    {
        await AddDueAsync(1);
        var first = await Schedule.ClaimAsync(0, 1, TimeSpan.Zero);
        Assert.Equal(1, await Schedule.ReclaimAsync(0, 1, Hour, Ct));
        var second = await Schedule.ClaimAsync(0, 1, Lease);

        Assert.NotEqual(first.Token, second.Token);
        Assert.Equal([0], await CompleteAsync(Leases(first)[0], first.Now + 60_000));
        Assert.Equal(second.Token, await ScoreAsync("inflight", second.Jobs[0].Id));
    }
}
