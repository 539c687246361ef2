using System.Text;
using Monit.Core.Incidents;
using Monit.Storage.Schedule;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Scheduling;

public abstract class ClaimSuite(Func<Task<IConnectionMultiplexer>> connect) : ScriptSuite(connect)
{
    [Fact]
    public async Task Claim_NothingScheduled_IsEmptyAndUnbuilt()
    {
        var before = await NowAsync();
        var claim = await Schedule.ClaimAsync(0, 10, Lease);

        Assert.InRange(claim.Now, before, await NowAsync());
        Assert.Empty(claim.Jobs);
        Assert.False(claim.Built);
    }

    [Fact]
    public async Task Claim_BuiltMarker_IsReturned()
    {
        await Db.HashSetAsync(Keys.For(0, "meta"), "built", "1");
        Assert.True((await Schedule.ClaimAsync(0, 10, Lease)).Built);
        await AddDueAsync(1);
        Assert.True((await Schedule.ClaimAsync(0, 10, Lease)).Built);
    }

    [Fact]
    public async Task Claim_DueExactlyNow_IsTaken_OneMillisecondAhead_IsNot()
    {
        // One id for each millisecond around now: whenever the script runs, one of them is due exactly then.
        var start = await NowAsync() - 100;
        for (var i = 0; i < 1000; i++)
            await PutAsync("schedule", Guid.CreateVersion7(), start + i);

        var all = await AllAsync("schedule");
        var claim = await Schedule.ClaimAsync(0, 2000, Lease);

        Assert.Equal(all.Where(e => e.Value <= claim.Now).Select(e => e.Key).Order(), claim.Jobs.Select(j => j.Id).Order());
        Assert.All(claim.Jobs, job => Assert.Equal(all[job.Id], job.Due));
    }

    [Fact]
    public async Task Claim_DueTimesWithin200Ms_AreReturnedAsFirstAndLast_OthersExactly()
    {
        var now = await NowAsync();
        long[] together = [now - 1200, now - 1190, now - 1000];
        foreach (var due in together)
            await PutAsync("schedule", Guid.CreateVersion7(), due);
        Assert.Equal([now - 1200, now - 1100, now - 1000], (await Schedule.ClaimAsync(0, 10, Lease)).Jobs.Select(j => j.Due));

        long[] apart = [now - 1201, now - 1190, now - 1000];
        foreach (var due in apart)
            await PutAsync("schedule", Guid.CreateVersion7(), due);
        Assert.Equal(apart, (await Schedule.ClaimAsync(0, 10, Lease)).Jobs.Select(j => j.Due));
    }

    [Fact]
    public async Task Claim_Limit_TakesTheEarliest()
    {
        var now = await NowAsync();
        var ids = NewIds(5);
        for (var i = 0; i < ids.Length; i++)
            await PutAsync("schedule", ids[i], now - 1000 + i);

        Assert.Equal(ids[..2], (await Schedule.ClaimAsync(0, 2, Lease)).Jobs.Select(j => j.Id));
        await EachIdOnceAsync();
        Assert.Equal(ids[2..], (await Schedule.ClaimAsync(0, 10, Lease)).Jobs.Select(j => j.Id));
    }

    [Fact]
    public async Task Claim_LargestBatch_Fits()
    {
        await AddDueAsync(2001);
        Assert.Equal(2000, (await Schedule.ClaimAsync(0, 5000, Lease)).Jobs.Count);
        Assert.Single((await Schedule.ClaimAsync(0, 5000, Lease)).Jobs);
    }

    [Fact]
    public async Task Claim_Twice_TakesAnIdOnce()
    {
        await AddClaimedAsync(3);
        Assert.Empty((await Schedule.ClaimAsync(0, 10, Lease)).Jobs);
    }

    [Fact]
    public async Task Claim_LeaseAndPayload_AreWhatRedisHas()
    {
        var (plain, failing, lost) = ((await AddDueAsync(1))[0], (await AddDueAsync(1))[0], (await AddDueAsync(1))[0]);
        await Db.HashSetAsync(Keys.For(0, "incident"), failing.ToString(), Failing.Encode());
        await Db.HashDeleteAsync(Keys.For(0, "config"), lost.ToString());

        var claim = await Schedule.ClaimAsync(0, 10, Lease);

        Assert.Equal(claim.Now + (long)Lease.TotalMilliseconds, claim.Token);
        var incidents = claim.Jobs.ToDictionary(j => j.Id, j => Encoding.UTF8.GetString(j.Incident.Span));
        Assert.Equal([IncidentState.Unjudged, Failing.Encode(), IncidentState.Unjudged], [incidents[plain], incidents[failing], incidents[lost]]);
        Assert.Equal([Config().Encode(), Config().Encode(), ""],
            (await Schedule.ConfigsAsync(0, [plain, failing, lost], Ct)).Select(Encoding.UTF8.GetString));
        Assert.Equal(claim.Token, await ScoreAsync("inflight", lost));
    }

    [Fact]
    public async Task Claim_ReturnsTheIdsOfChangedConfigurations_SinceTheCallersRevision()
    {
        var (changed, kept, gone) = ((await AddDueAsync(1))[0], (await AddDueAsync(1))[0], (await AddDueAsync(1))[0]);
        var first = await Schedule.ClaimAsync(0, 10, Lease);
        Assert.Null(first.Changed);

        await Schedule.ScheduleAsync(0, [Entry(changed, version: 2, soon: TimeSpan.Zero), Entry(kept, soon: TimeSpan.Zero, force: true)], Ct);
        await Schedule.RemoveAsync(0, [new Removal(gone, null), new Removal(Guid.CreateVersion7(), null)], Ct);
        Gone(gone);
        var second = await Schedule.ClaimAsync(0, 10, Lease, first.Revision);
        Assert.Equal(new[] { changed, gone }.Order(), second.Changed!.Order());

        await AddDueAsync(1);
        var third = await Schedule.ClaimAsync(0, 10, Lease, second.Revision);
        Assert.Equal(third.Jobs.Select(j => j.Id), third.Changed);
        await Schedule.ScheduleAsync(0, [Entry(kept, soon: TimeSpan.Zero, force: true)], Ct);
        Assert.Empty((await Schedule.ClaimAsync(0, 10, Lease, third.Revision)).Changed!);
    }

    [Fact]
    public async Task Claim_NothingDue_LeavesChangesForTheNextOne()
    {
        var id = (await AddDueAsync(1))[0];
        var first = await Schedule.ClaimAsync(0, 10, Lease);
        await Schedule.ScheduleAsync(0, [new ScheduleEntry(id, Config(2), default, Hour)], Ct);

        var empty = await Schedule.ClaimAsync(0, 10, Lease, first.Revision);
        Assert.Equal((0, first.Revision), (empty.Jobs.Count, empty.Revision));
        Assert.Empty(empty.Changed!);
        Assert.Null((await Schedule.ClaimAsync(0, 10, Lease)).Revision);

        await AddDueAsync(1);
        Assert.Contains(id, (await Schedule.ClaimAsync(0, 10, Lease, first.Revision)).Changed!);
    }

    [Fact]
    public async Task Claim_MoreChangesThanAreListed_AnyMayHaveChanged()
    {
        await AddDueAsync(1);
        var before = (await Schedule.ClaimAsync(0, 1, Lease)).Revision;
        await AddDueAsync(1);
        var after = (await Schedule.ClaimAsync(0, 1, Lease, before)).Revision;

        await AddDueAsync(9_999);
        Assert.Equal(9_999, (await Schedule.ClaimAsync(0, 1, Lease, after)).Changed!.Count);
        Assert.Equal(10_000, (await Schedule.ClaimAsync(0, 1, Lease, before)).Changed!.Count);

        await AddDueAsync(1);
        Assert.Equal(10_000, (await Schedule.ClaimAsync(0, 1, Lease, after)).Changed!.Count);
        Assert.Null((await Schedule.ClaimAsync(0, 1, Lease, before)).Changed);
        await AddDueAsync(1);
        Assert.Null((await Schedule.ClaimAsync(0, 1, Lease, after)).Changed);
    }

    [Fact]
    public async Task Claim_RevisionAheadOfRedis_AnyMayHaveChanged()
    {
        await AddDueAsync(1);
        var claim = await Schedule.ClaimAsync(0, 10, Lease);
        await AddDueAsync(1);
        var ahead = await Schedule.ClaimAsync(0, 10, Lease, claim.Revision + 3_600_000_000);
        Assert.Null(ahead.Changed);
        Assert.NotEqual(claim.Revision, ahead.Revision);
    }

    [Fact]
    public async Task Claim_TimeStepsBack_RevisionsStillGrow()
    {
        await AddDueAsync(1);
        var now = (await Schedule.ClaimAsync(0, 1, Lease)).Revision!.Value;
        await Db.HashSetAsync(Keys.For(0, "meta"), "edition", now + 3_600_000_000);
        var id = (await AddDueAsync(1))[0];
        var claim = await Schedule.ClaimAsync(0, 10, Lease, now + 3_600_000_000);
        Assert.Equal(now + 3_600_000_001, claim.Revision);
        Assert.Equal([id], claim.Changed);
    }

    [Fact]
    public async Task Claim_TimeStepsBack_TokensStayUnique()
    {
        var far = await NowAsync() + 10 * (long)Hour.TotalMilliseconds;
        await Db.HashSetAsync(Keys.For(0, "meta"), "last", far);

        var first = await AddClaimedAsync(1);
        var second = await AddClaimedAsync(1);
        var extended = await Schedule.ExtendAsync(0, Leases(first), Lease, Ct);

        // An extension may reuse another monitor's token, but not a claim's or its own earlier ones.
        Assert.Equal([far + 1, far + 2, far + 2], [first.Token, second.Token, extended.Token]);
        Assert.Equal(far + 3, (await AddClaimedAsync(1)).Token);
    }

    [Fact]
    public async Task Claim_IdInBothSets_CountsAsInflight()
    {
        var leased = (await AddClaimedAsync(1)).Jobs[0].Id;
        var token = await ScoreAsync("inflight", leased);
        await PutAsync("schedule", leased, 1);

        Assert.Empty((await Schedule.ClaimAsync(0, 10, Lease)).Jobs);
        Assert.Equal(token, await ScoreAsync("inflight", leased));
        await EachIdOnceAsync();

        await PutAsync("schedule", leased, 1);
        var other = Assert.Single(await AddDueAsync(1));
        Assert.Equal(other, Assert.Single((await Schedule.ClaimAsync(0, 10, Lease)).Jobs).Id);
        Assert.Equal(token, await ScoreAsync("inflight", leased));
    }

    [Fact]
    public async Task Claim_Overdue_LeavesWhatHasJustBecomeDue()
    {
        var now = await NowAsync();
        var ids = NewIds(2);
        await PutAsync("schedule", ids[0], now - 60_000);
        await PutAsync("schedule", ids[1], now);

        Assert.Equal(ids[0], Assert.Single((await Schedule.ClaimAsync(0, 10, Lease, overdue: TimeSpan.FromSeconds(60))).Jobs).Id);
        Assert.Empty((await Schedule.ClaimAsync(0, 10, Lease, overdue: TimeSpan.FromSeconds(60))).Jobs);
        Assert.Equal(ids[1], Assert.Single((await Schedule.ClaimAsync(0, 10, Lease)).Jobs).Id);
    }
}
