using Monit.Core.Incidents;
using Monit.Storage.Schedule;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Scheduling;

public abstract class CompleteSuite(Func<Task<IConnectionMultiplexer>> connect) : ScriptSuite(connect)
{
    [Fact]
    public async Task Complete_Nothing_FencesNothing() => Assert.Empty(await Schedule.CompleteAsync(0, [], Ct));

    [Fact]
    public async Task Complete_WithToken_EndsTheLeaseAndStoresEverything()
    {
        var claim = await AddClaimedAsync(1);
        var due = claim.Now + 60_000;

        Assert.Empty(await CompleteAsync(Leases(claim)[0], due, Hour, Failing));

        var id = claim.Jobs[0].Id;
        Assert.Equal(due, await ScoreAsync("schedule", id));
        Assert.Null(await ScoreAsync("inflight", id));
        Assert.Equal(Up.Encode(), await TextAsync("status", id));
        Assert.Equal(Failing.Encode(), await TextAsync("incident", id));
        Assert.Equal(Config().Encode(), await TextAsync("config", id));
    }

    [Fact]
    public async Task Complete_Twice_IsFencedOffAndChangesNothing()
    {
        var claim = await AddClaimedAsync(1);
        var lease = Leases(claim)[0];
        Assert.Empty(await CompleteAsync(lease, claim.Now + 60_000));
        Assert.Equal([0], await CompleteAsync(lease, claim.Now + 90_000, incident: Failing));

        Assert.Equal(claim.Now + 60_000, await ScoreAsync("schedule", lease.Id));
        Assert.Equal(IncidentState.Unjudged, await TextAsync("incident", lease.Id));
    }

    [Fact]
    public async Task Complete_TwiceInABatch_CountsOnce()
    {
        var claim = await AddClaimedAsync(1);
        var lease = Leases(claim)[0];
        Completion Of(long due) => new(lease, due, TimeSpan.Zero, Result, Up, null);

        Assert.Equal([1], await Schedule.CompleteAsync(0, [Of(claim.Now + 60_000), Of(claim.Now + 90_000)], Ct));
        Assert.Equal(claim.Now + 60_000, await ScoreAsync("schedule", lease.Id));
    }

    [Fact]
    public async Task Complete_WrongToken_IsFencedOff_OthersOfTheBatchAreNot()
    {
        var claim = await AddClaimedAsync(4);
        var leases = Leases(claim);
        var due = claim.Now + 60_000;
        Completion Of(Lease lease) => new(lease, due, TimeSpan.Zero, Result, Up, Failing);

        var fenced = await Schedule.CompleteAsync(0,
            [Of(leases[0] with { Token = claim.Token - 1 }), Of(leases[1]), Of(new Lease(Guid.CreateVersion7(), claim.Token)),
                Of(leases[2] with { Token = claim.Token + 1 }), Of(leases[3])], Ct);

        Assert.Equal([0, 2, 3], fenced);
        foreach (var held in new[] { leases[0].Id, leases[2].Id })
        {
            Assert.Equal(claim.Token, await ScoreAsync("inflight", held));
            Assert.Null(await TextAsync("status", held));
            Assert.Equal(IncidentState.Unjudged, await TextAsync("incident", held));
        }
        Assert.Equal(due, await ScoreAsync("schedule", leases[1].Id));
        Assert.Equal(due, await ScoreAsync("schedule", leases[3].Id));
    }

    [Fact]
    public async Task Complete_Overdue_MovesByWholePeriods_ToTheFirstSlotAfterNow()
    {
        const int period = 1000;
        var claim = await AddClaimedAsync(600);
        // One due time for each millisecond around now, and some far in the past.
        var start = await NowAsync() - 20 - 7 * period;
        var asked = claim.Jobs.Select((job, i) => (job.Id, Due: start + i % 2 * 7 * period + i)).ToDictionary(x => x.Id, x => x.Due);

        var before = await NowAsync();
        Assert.Empty(await Schedule.CompleteAsync(0, [.. Leases(claim).Select(lease =>
            new Completion(lease, asked[lease.Id], TimeSpan.FromMilliseconds(period), Result, Up, null))], Ct));
        var after = await NowAsync();

        var got = await AllAsync("schedule");
        Assert.All(asked, e => Assert.Equal(0, (got[e.Key] - e.Value) % period));
        Assert.All(got.Values, due => Assert.True(due > before));
        // A due time that was moved is at most a period after the script's time.
        Assert.All(asked.Where(e => got[e.Key] > e.Value), e => Assert.InRange(got[e.Key], before + 1, after + period));
        // A due time in the future is unchanged.
        Assert.All(asked.Where(e => e.Value > after), e => Assert.Equal(e.Value, got[e.Key]));
    }

    [Fact]
    public async Task Complete_OverdueWithoutPeriod_IsDueAtOnce()
    {
        var claim = await AddClaimedAsync(1);
        await CompleteAsync(Leases(claim)[0], claim.Now - 5000);
        Assert.InRange((await ScoreAsync("schedule", claim.Jobs[0].Id))!.Value, claim.Now, await NowAsync());
    }

    [Fact]
    public async Task Complete_Never_Parks()
    {
        var claim = await AddClaimedAsync(1);
        await CompleteAsync(Leases(claim)[0], Completion.Never, Hour);

        Assert.Equal(double.PositiveInfinity, await ScoreAsync("schedule", claim.Jobs[0].Id));
        Assert.Empty((await Schedule.ClaimAsync(0, 10, Lease)).Jobs);
        var view = Assert.Single(await Schedule.ViewAsync([claim.Jobs[0].Id], Ct));
        Assert.Null(view.NextCheckAt);
        Assert.Equal(Up, view.Status);
    }

    [Fact]
    public async Task Complete_Incident_IsLeft_Cleared_OrStored()
    {
        var claim = await AddClaimedAsync(3);
        var leases = Leases(claim);
        foreach (var lease in leases)
            await Db.HashSetAsync(Keys.For(0, "incident"), lease.Id.ToString(), "old");
        var worse = Failing with { FailureCount = 3, DbIncident = true };

        await Schedule.CompleteAsync(0, [
            new Completion(leases[0], claim.Now + 1000, Hour, Result, Up, null),
            new Completion(leases[1], claim.Now + 1000, Hour, Result, Up, default(IncidentState)),
            new Completion(leases[2], claim.Now + 1000, Hour, Result, Up, worse)], Ct);

        Assert.Equal(["old", null, worse.Encode()],
            [await TextAsync("incident", leases[0].Id), await TextAsync("incident", leases[1].Id), await TextAsync("incident", leases[2].Id)]);
    }

    [Fact]
    public async Task Complete_TokensPeriodsAndIncidentsMixed_EachGetsItsOwn()
    {
        var claims = new[] { await AddClaimedAsync(8), await AddClaimedAsync(8), await AddClaimedAsync(8) };
        var leases = Enumerable.Range(0, 8).SelectMany(n => claims.Select(claim => Leases(claim)[n])).ToList();
        var now = await NowAsync();
        // Overdue by a multiple of a period, so that the result shows which period was used.
        Completion Of(int n) => new(n == 7 ? leases[n] with { Token = 1 } : leases[n], now - 5000, TimeSpan.FromSeconds(n % 2 == 0 ? 600 : 7200),
            Result, Up with { LatencyMs = n }, n % 3 == 0 ? null : Failing with { FailureCount = n });

        Assert.Equal([7], await Schedule.CompleteAsync(0, [.. Enumerable.Range(0, leases.Count).Select(Of)], Ct));

        foreach (var (n, lease) in leases.Index().Where(lease => lease.Index != 7))
        {
            Assert.Equal(now - 5000 + (n % 2 == 0 ? 600_000 : 7_200_000), await ScoreAsync("schedule", lease.Id));
            Assert.Equal(Of(n).Status?.Encode(), await TextAsync("status", lease.Id));
            Assert.Equal(Of(n).Incident?.Encode() ?? IncidentState.Unjudged, await TextAsync("incident", lease.Id));
        }
    }

    [Fact]
    public async Task Complete_IdInBothSets_LeavesItScheduledOnce()
    {
        var claim = await AddClaimedAsync(1);
        await PutAsync("schedule", claim.Jobs[0].Id, 1);
        Assert.Empty(await CompleteAsync(Leases(claim)[0], claim.Now + 60_000));
        Assert.Equal(claim.Now + 60_000, await ScoreAsync("schedule", claim.Jobs[0].Id));
    }

    [Fact]
    public async Task Complete_LargestBatch_Fits()
    {
        var claim = await AddClaimedAsync(2000);
        Assert.Empty(await Schedule.CompleteAsync(0, [.. Leases(claim).Select(lease =>
            new Completion(lease, claim.Now + 60_000, Hour, Result, Up, Failing))], Ct));
        Assert.Equal(2000, (await AllAsync("schedule")).Count);
    }
}
