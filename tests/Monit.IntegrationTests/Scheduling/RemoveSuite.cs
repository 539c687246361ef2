using Monit.Storage.Schedule;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Scheduling;

public abstract class RemoveSuite(Func<Task<IConnectionMultiplexer>> connect) : ScriptSuite(connect)
{
    [Fact]
    public async Task Remove_Nothing_RemovesNothing() => Assert.Equal(0, await Schedule.RemoveAsync(0, [], Ct));

    [Fact]
    public async Task Remove_TakesTheIdOutOfEverything_AndFencesItsCheckOff()
    {
        var claim = await AddClaimedAsync(2);
        var (kept, gone) = (claim.Jobs[0].Id, claim.Jobs[1].Id);
        foreach (var hash in (string[])["status", "incident"])
            await Db.HashSetAsync(Keys.For(0, hash), [new(kept.ToString(), "x"), new(gone.ToString(), "x")]);

        Assert.Equal(1, await Schedule.RemoveAsync(0, [new Removal(gone, null)], Ct));
        Gone(gone);

        Assert.Equal([0], await CompleteAsync(new Lease(gone, claim.Token), claim.Now + 60_000, incident: Failing));
        foreach (var hash in (string[])["config", "status", "incident"])
        {
            Assert.Null(await TextAsync(hash, gone));
            Assert.NotNull(await TextAsync(hash, kept));
        }
        Assert.Equal(1, await Schedule.RemoveAsync(0, [new Removal(gone, null)], Ct));
    }

    [Fact]
    public async Task Remove_NewerVersionInRedis_Stays()
    {
        var ids = await AddDueAsync(3);
        await Schedule.ScheduleAsync(0, [.. ids.Select(id => Entry(id, version: 10))], Ct);

        Assert.Equal(2, await Schedule.RemoveAsync(0, [new(ids[0], 9), new(ids[1], 10), new(ids[2], 11)], Ct));
        Gone(ids[1], ids[2]);
        Assert.Equal(Config(10).Encode(), await TextAsync("config", ids[0]));
    }
}
