using Monit.Core.Checks;
using Monit.Core.History;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Storage.Schedule;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Scheduling;

/// <summary>A completed check leaves its result until SQL has it.</summary>
public abstract class ResultSuite(Func<Task<IConnectionMultiplexer>> connect) : ScriptSuite(connect)
{
    private static ResultPoint At(long ms, byte code = 12) => new(ms / 100, code);

    private async Task<IReadOnlyList<int>> CompleteAsync(Claim claim, params (int Job, ResultPoint Result, MonitorStatus? Status)[] jobs) =>
        await Schedule.CompleteAsync(0, [.. jobs.Select(j => new Completion(Leases(claim)[j.Job], claim.Now, TimeSpan.Zero, j.Result, j.Status, null))], Ct);

    private async Task<Dictionary<Guid, Unsaved>> UnsavedAsync()
    {
        var all = new Dictionary<Guid, Unsaved>();
        await foreach (var page in Schedule.UnsavedAsync(0, 100, Ct))
            foreach (var one in page)
                all[one.Id] = one;
        return all;
    }

    private async Task<ResultPoint[]> RecentAsync(Guid id) => Assert.Single(await Schedule.RecentAsync([id], Ct));

    [Fact]
    public async Task Complete_AppendsTheResult_OfWhoStillHasTheLease()
    {
        var claim = await AddClaimedAsync(2);
        var (id, other) = (claim.Jobs[0].Id, claim.Jobs[1].Id);
        await CompleteAsync(claim, (0, At(claim.Now), Up));
        // A repeated call is fenced off.
        Assert.Equal([0], await CompleteAsync(claim, (0, At(claim.Now), Up)));
        Assert.Equal([At(claim.Now)], await RecentAsync(id));
        Assert.Empty(await RecentAsync(other));

        var again = await Schedule.ClaimAsync(0, 1, Lease);
        await CompleteAsync(again, (0, At(again.Now + 5000, ResultCode.Timeout), null));
        Assert.Equal([At(claim.Now), At(again.Now + 5000, ResultCode.Timeout)], await RecentAsync(id));
        Assert.Equal([id], (await UnsavedAsync()).Keys);
    }

    [Fact]
    public async Task Complete_BeyondTheLimit_DropsTheOldest()
    {
        var id = (await AddDueAsync(1))[0];
        for (var n = 0; n < 402; n++)
        {
            var claim = await Schedule.ClaimAsync(0, 1, Lease);
            await CompleteAsync(claim, (0, new ResultPoint(claim.Now / 100 + n, (byte)(n % 244)), null));
        }
        var kept = await RecentAsync(id);
        Assert.Equal(400, kept.Length);
        Assert.Equal(Enumerable.Range(2, 400).Select(n => (byte)(n % 244)), kept.Select(point => point.Code));
    }

    [Fact]
    public async Task Trim_RemovesWhatWasRead_AndNoMore()
    {
        var claim = await AddClaimedAsync(3);
        var ids = claim.Jobs.Select(job => job.Id).ToArray();
        await CompleteAsync(claim, (0, At(claim.Now), null), (1, At(claim.Now), null), (2, At(claim.Now), null));
        var read = await UnsavedAsync();
        // One is checked again meanwhile, another has become a different one.
        var again = await Schedule.ClaimAsync(0, 3, Lease);
        var second = again.Jobs.ToList().FindIndex(job => job.Id == ids[1]);
        await CompleteAsync(again, (second, At(claim.Now + 9000), null));
        await Db.HashSetAsync(Keys.For(0, "results"), ids[2].ToString(), new byte[5]);

        Assert.Equal(2, await Schedule.TrimAsync(0, [.. ids.Select(id => read[id])], Ct));
        Assert.Empty(await RecentAsync(ids[0]));
        Assert.Equal([At(claim.Now + 9000)], await RecentAsync(ids[1]));
        Assert.Equal(5, (await Db.HashGetAsync(Keys.For(0, "results"), ids[2].ToString())).Length());
        // What is not there any more is no error.
        Assert.Equal(0, await Schedule.TrimAsync(0, [read[ids[0]]], Ct));
        Assert.Equal(0, await Schedule.TrimAsync(0, [], Ct));
    }

    [Fact]
    public async Task PlainStatus_IsThatOfItsResult_BeforeAndAfterItIsTrimmed()
    {
        var claim = await AddClaimedAsync(1);
        var id = claim.Jobs[0].Id;
        async Task<MonitorStatus?> StatusAsync() => Assert.Single(await Schedule.ViewAsync([id], Ct)).Status;
        Assert.Null(await StatusAsync());

        await CompleteAsync(claim, (0, At(claim.Now, 12), null));
        var expected = new MonitorStatus(MonitorState.Up, 200, 12, null, claim.Now / 100 * 100);
        Assert.Null(await TextAsync("status", id));
        Assert.Equal(expected, await StatusAsync());

        await Schedule.TrimAsync(0, [.. (await UnsavedAsync()).Values], Ct);
        Assert.Equal(expected.Encode(), await TextAsync("status", id));
        Assert.Equal(expected, await StatusAsync());

        // A status of the same check, or a later one, says more.
        var again = await Schedule.ClaimAsync(0, 1, Lease);
        var told = new MonitorStatus(MonitorState.Up, 204, 7, null, again.Now);
        await CompleteAsync(again, (0, At(again.Now, 7), told));
        Assert.Equal(told, await StatusAsync());
        await Schedule.TrimAsync(0, [.. (await UnsavedAsync()).Values], Ct);
        Assert.Equal(told, await StatusAsync());
    }

    [Fact]
    public async Task Trim_OfAMonitorThatIsGone_BringsNothingBack()
    {
        var claim = await AddClaimedAsync(2);
        var (paused, deleted) = (claim.Jobs[0].Id, claim.Jobs[1].Id);
        await CompleteAsync(claim, (0, At(claim.Now), null), (1, At(claim.Now), null));
        var read = await UnsavedAsync();
        await Schedule.RemoveAsync(0, [new(paused, 1), new(deleted, null)], Ct);
        Gone(paused, deleted);
        // What was paused has still been checked.
        Assert.Equal([At(claim.Now)], await RecentAsync(paused));
        Assert.Empty(await RecentAsync(deleted));

        Assert.Equal(1, await Schedule.TrimAsync(0, [.. read.Values], Ct));
        Assert.Null(await TextAsync("status", paused));
        Assert.Empty(await UnsavedAsync());
    }

    [Fact]
    public async Task Unsaved_OfManyMonitors_AreAllRead()
    {
        var claim = await AddClaimedAsync(1500);
        await Schedule.CompleteAsync(0, [.. Leases(claim).Select(lease => new Completion(lease, claim.Now + 60_000, Hour, At(claim.Now), null, null))], Ct);
        Assert.Equal(Known.Order(), (await UnsavedAsync()).Keys.Order());
    }
}
