using System.Text;
using Microsoft.Extensions.Time.Testing;
using Monit.Core.Scheduling;
using Monit.Testing;
using Monit.Worker.Scheduler;

namespace Monit.IntegrationTests.Scheduling;

/// <summary>What a worker keeps is what Redis has, as of the claim.</summary>
public sealed class ConfigCacheTests(LocalStores stores) : ScriptSuite(stores.RedisAsync)
{
    private readonly FakeTimeProvider _time = new();

    private ConfigCache Cache(int capacity = 100) => new(Schedule, 0, capacity, _time);

    private Task<int> WriteAsync(Guid id, int version, string url) =>
        Schedule.ScheduleAsync(0, [new ScheduleEntry(id, Config(version, url: url), default, TimeSpan.Zero, Force: true)], Ct);

    // Past the scripts, so that only a look shows it.
    private Task<bool> ByHandAsync(Guid id, string text) => Db.HashSetAsync(Keys.For(0, "config"), id.ToString(), text);

    private async Task<string> TakeAsync(ConfigCache cache, Guid id)
    {
        await PutAsync("schedule", id, 1);
        await Db.SortedSetRemoveAsync(Keys.For(0, "inflight"), id.ToString());
        var claim = await Schedule.ClaimAsync(0, 10, Lease, cache.Edition);
        Assert.Equal(id, Assert.Single(claim.Jobs).Id);
        return Encoding.UTF8.GetString(Assert.Single(await cache.TakeAsync(claim)));
    }

    [Fact]
    public async Task Take_KeepsWhatItHasSeen_UntilAChangeIsAnnounced()
    {
        var (cache, id) = (Cache(), (await AddDueAsync(1))[0]);
        Assert.Equal(Config().Encode(), await TakeAsync(cache, id));
        await ByHandAsync(id, "by hand");
        Assert.Equal(Config().Encode(), await TakeAsync(cache, id));

        await WriteAsync(id, 2, "https://b.example/");
        Assert.Equal(Config(2, url: "https://b.example/").Encode(), await TakeAsync(cache, id));
        await WriteAsync(id, 3, "https://c.example/");
        Assert.Equal(Config(3, url: "https://c.example/").Encode(), await TakeAsync(cache, id));
    }

    [Fact]
    public async Task Take_LostConfig_IsEmpty_AndLookedForAgain()
    {
        var (cache, id) = (Cache(), (await AddDueAsync(1))[0]);
        await Db.HashDeleteAsync(Keys.For(0, "config"), id.ToString());
        Assert.Equal("", await TakeAsync(cache, id));
        await ByHandAsync(id, "found");
        Assert.Equal("found", await TakeAsync(cache, id));
    }

    [Fact]
    public async Task Take_RemovedAndAddedAgain_IsTheNewOne()
    {
        var (cache, id) = (Cache(), (await AddDueAsync(1))[0]);
        await TakeAsync(cache, id);
        await Schedule.RemoveAsync(0, [new Removal(id, null)], Ct);
        await WriteAsync(id, 1, "https://again.example/");
        Assert.Equal(Config(1, url: "https://again.example/").Encode(), await TakeAsync(cache, id));
    }

    [Fact]
    public async Task Take_BeyondItsCapacity_AsksEachTime()
    {
        var cache = Cache(capacity: 1);
        var (kept, other) = ((await AddDueAsync(1))[0], (await AddDueAsync(1))[0]);
        Assert.Equal(2, (await cache.TakeAsync(await Schedule.ClaimAsync(0, 10, Lease))).Count);
        await ByHandAsync(kept, "by hand");
        await ByHandAsync(other, "by hand");
        string[] seen = [await TakeAsync(cache, kept), await TakeAsync(cache, other)];
        Assert.Equal([Config().Encode(), "by hand"], seen.OrderDescending(StringComparer.Ordinal).Reverse());
    }

    [Fact]
    public async Task Take_AfterTenMinutes_LooksAgain()
    {
        var (cache, id) = (Cache(), (await AddDueAsync(1))[0]);
        await TakeAsync(cache, id);
        await ByHandAsync(id, "by hand");
        _time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        Assert.Equal(Config().Encode(), await TakeAsync(cache, id));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal("by hand", await TakeAsync(cache, id));
    }

    [Fact]
    public async Task Forget_LooksAgain()
    {
        var (cache, id) = (Cache(), (await AddDueAsync(1))[0]);
        await TakeAsync(cache, id);
        await ByHandAsync(id, "by hand");
        cache.Forget();
        Assert.Equal("by hand", await TakeAsync(cache, id));
    }

    [Fact]
    public async Task Take_RedisHasBeenEmptied_LooksAgain()
    {
        var (cache, id) = (Cache(), (await AddDueAsync(1))[0]);
        await TakeAsync(cache, id);
        await Db.KeyDeleteAsync([.. new[] { "schedule", "inflight", "config", "meta", "changes" }.Select(name => Keys.For(0, name))]);
        await WriteAsync(id, 1, "https://rebuilt.example/");
        Assert.Equal(Config(1, url: "https://rebuilt.example/").Encode(), await TakeAsync(cache, id));
    }
}
