using Monit.Core.Checks;
using Monit.Storage.Schedule;
using Monit.Testing;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Scheduling;

/// <summary>schedule and remove: however often its owner asks, a monitor is checked out of turn at most once in a spacing.</summary>
public abstract class ExtraCheckSuite(Func<Task<IConnectionMultiplexer>> connect) : ScriptSuite(connect)
{
    private static readonly TimeSpan Spacing = TimeSpan.FromSeconds(5);

    private async Task<long> AskAsync(Guid id, int version = 1, bool force = true, TimeSpan? spacing = null)
    {
        await Schedule.ScheduleAsync(0, [new ScheduleEntry(id, Config(version, intervalSec: 86_400), default, TimeSpan.Zero, force, spacing ?? Spacing)], Ct);
        return (long)(await ScoreAsync("schedule", id))!.Value;
    }

    private async Task<Guid> NewAsync()
    {
        var id = (await AddDueAsync(1))[0];
        await AskAsync(id, spacing: TimeSpan.Zero);
        return id;
    }

    [Fact]
    public async Task Asked_Often_IsDueAtOnce_ThenOnceAfterTheSpacing()
    {
        var id = await NewAsync();
        var before = await NowAsync();
        var first = await AskAsync(id);
        Assert.InRange(first, before, await NowAsync());
        for (var n = 0; n < 20; n++)
            Assert.Equal(first + 5000, await AskAsync(id));
    }

    [Fact]
    public async Task Asked_WhileItIsChecked_FollowsAfterTheSpacing()
    {
        var id = await NewAsync();
        var first = await AskAsync(id);
        await Eventually.True(async () => (await Schedule.ClaimAsync(0, 10, Lease)).Jobs.Any(job => job.Id == id), "it is claimed");
        Assert.Equal(first + 5000, await AskAsync(id));
        Assert.Equal(first + 5000, await AskAsync(id));
        Assert.Empty((await Schedule.ClaimAsync(0, 10, Lease)).Jobs);
    }

    [Fact]
    public async Task Changed_BackAndForth_IsSpacedLikewise()
    {
        var id = await NewAsync();
        var before = await NowAsync();
        var first = await AskAsync(id, version: 2, force: false);
        Assert.InRange(first, before, await NowAsync());
        for (var version = 3; version < 20; version++)
            Assert.Equal(first + 5000, await AskAsync(id, version, force: version % 2 == 0));
        Assert.Equal(Config(19, intervalSec: 86_400).Encode(), await TextAsync("config", id));
    }

    [Fact]
    public async Task PausedAndResumed_OverAndOver_WaitsToo()
    {
        var id = await NewAsync();
        for (var version = 2; version < 10; version += 2)
        {
            var paused = await NowAsync();
            await Schedule.RemoveAsync(0, [new Removal(id, version)], Ct);
            Assert.InRange(await AskAsync(id, version + 1, force: false), paused + 5000, await NowAsync() + 5000);
        }
    }

    [Fact]
    public async Task AfterTheSpacing_IsDueAtOnceAgain()
    {
        var id = await NewAsync();
        var now = await NowAsync();
        await Db.SortedSetAddAsync(Keys.For(0, "extra"), id.ToString(), now - 5001);
        Assert.InRange(await AskAsync(id), now, await NowAsync());
        // Of a clock that has stepped back since.
        await Db.SortedSetAddAsync(Keys.For(0, "extra"), id.ToString(), now + 3_600_000);
        Assert.InRange(await AskAsync(id), now, await NowAsync());
    }

    [Fact]
    public async Task Repair_DoesNotWait()
    {
        var id = await NewAsync();
        await AskAsync(id);
        await AskAsync(id);
        Assert.InRange(await AskAsync(id, spacing: TimeSpan.Zero), 1, await NowAsync());
    }

    [Fact]
    public async Task Slot_ThatComesFirst_IsKept()
    {
        var id = (await AddDueAsync(1))[0];
        for (var n = 0; n < 5; n++)
        {
            await Schedule.ScheduleAsync(0, [new ScheduleEntry(id, Config(intervalSec: 2), default, TimeSpan.Zero, Force: true, Spacing)], Ct);
            Assert.InRange((await ScoreAsync("schedule", id))!.Value, 1, await NowAsync() + 2000);
        }
    }

    [Fact]
    public async Task Notes_OfOthers_AreForgotten_AndThoseOfTheDeletedAtOnce()
    {
        var (old, deleted, id) = (await NewAsync(), await NewAsync(), await NewAsync());
        await Db.SortedSetAddAsync(Keys.For(0, "extra"), old.ToString(), await NowAsync() - 60_000);
        await AskAsync(deleted);
        await AskAsync(id);
        await Schedule.RemoveAsync(0, [new Removal(deleted, null)], Ct);
        Assert.Equal([id.ToString()], (await Db.SortedSetRangeByRankAsync(Keys.For(0, "extra"))).Select(member => $"{member}"));
        await Schedule.ScheduleAsync(0, [Entry(deleted)], Ct);
    }
}

public sealed class ExtraChecksFloodNobodyOnRedis(LocalStores stores) : ExtraCheckSuite(stores.RedisAsync);
public sealed class ExtraChecksFloodNobodyOnGarnet(GarnetHost garnet) : ExtraCheckSuite(garnet.RedisAsync);
