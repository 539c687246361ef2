using System.Text;
using Microsoft.Extensions.Time.Testing;
using Monit.Storage.Schedule;
using Monit.Testing;
using Monit.Worker.Scheduler;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Scheduling;

/// <summary>The cached configurations are those that Redis had at the claim.</summary>
public sealed class ConfigCacheTests(LocalStores stores) : ScriptSuite(stores.RedisAsync)
{
    // One chunk of texts, and one entry.
    private const long OneEntry = (1 << 16) + 48;

    private readonly FakeTimeProvider _time = new();

    private ConfigCache Cache(long bytes = 1 << 20) => new(Schedule, 0, bytes, _time);

    private Task<Scheduled> WriteAsync(Guid id, int version, string url) =>
        Schedule.ScheduleAsync(0, [new ScheduleEntry(id, Config(version, url: url), default, TimeSpan.Zero, Force: true)], Ct);

    // Bypasses the scripts, so that the change is not reported and shows only when Redis is read again.
    private Task<bool> WriteDirectlyAsync(Guid id, string text) => Db.HashSetAsync(Keys.For(0, "config"), id.ToString(), text);

    private async Task<string> TakeAsync(ConfigCache cache, Guid id)
    {
        await PutAsync("schedule", id, 1);
        await Db.SortedSetRemoveAsync(Keys.For(0, "inflight"), id.ToString());
        var claim = await Schedule.ClaimAsync(0, 10, Lease, cache.Revision);
        Assert.Equal(id, Assert.Single(claim.Jobs).Id);
        return Encoding.UTF8.GetString(Assert.Single(await cache.TakeAsync(claim)).Span);
    }

    private async Task<int> CountUnchangedAsync(ConfigCache cache, Guid[] ids)
    {
        foreach (var id in ids)
            await PutAsync("schedule", id, 1);
        await Db.KeyDeleteAsync(Keys.For(0, "inflight"));
        var configs = await cache.TakeAsync(await Schedule.ClaimAsync(0, 1000, Lease, cache.Revision));
        Assert.Equal(ids.Length, configs.Count);
        return configs.Count(config => Encoding.UTF8.GetString(config.Span) == Config().Encode());
    }

    [Fact]
    public async Task Take_ReturnsTheCachedConfig_UntilAChangeIsReported()
    {
        var (cache, id) = (Cache(), (await AddDueAsync(1))[0]);
        Assert.Equal(Config().Encode(), await TakeAsync(cache, id));
        await WriteDirectlyAsync(id, "by hand");
        Assert.Equal(Config().Encode(), await TakeAsync(cache, id));

        await WriteAsync(id, 2, "https://b.example/");
        Assert.Equal(Config(2, url: "https://b.example/").Encode(), await TakeAsync(cache, id));
        await WriteAsync(id, 3, "https://c.example/");
        Assert.Equal(Config(3, url: "https://c.example/").Encode(), await TakeAsync(cache, id));
    }

    [Fact]
    public async Task Take_LostConfig_IsEmpty_AndReadAgain()
    {
        var (cache, id) = (Cache(), (await AddDueAsync(1))[0]);
        await Db.HashDeleteAsync(Keys.For(0, "config"), id.ToString());
        Assert.Equal("", await TakeAsync(cache, id));
        await WriteDirectlyAsync(id, "found");
        Assert.Equal("found", await TakeAsync(cache, id));
    }

    [Fact]
    public async Task Take_RemovedAndAddedAgain_ReturnsTheNewConfig()
    {
        var (cache, id) = (Cache(), (await AddDueAsync(1))[0]);
        await TakeAsync(cache, id);
        await Schedule.RemoveAsync(0, [new Removal(id, null)], Ct);
        await WriteAsync(id, 1, "https://again.example/");
        Assert.Equal(Config(1, url: "https://again.example/").Encode(), await TakeAsync(cache, id));
    }

    [Fact]
    public async Task Take_BeyondItsCapacity_ReadsEachTime()
    {
        var cache = Cache(OneEntry);
        var (kept, other) = ((await AddDueAsync(1))[0], (await AddDueAsync(1))[0]);
        Assert.Equal(2, (await cache.TakeAsync(await Schedule.ClaimAsync(0, 10, Lease))).Count);
        await WriteDirectlyAsync(kept, "by hand");
        await WriteDirectlyAsync(other, "by hand");
        string[] seen = [await TakeAsync(cache, kept), await TakeAsync(cache, other)];
        Assert.Equal([Config().Encode(), "by hand"], seen.OrderDescending(StringComparer.Ordinal).Reverse());
    }

    [Fact]
    public async Task Take_Expires_AtARandomTimeOfTheSecondHalfHour()
    {
        var (cache, ids) = (Cache(), await AddDueAsync(100));
        Assert.Equal(100, await CountUnchangedAsync(cache, ids));
        foreach (var id in ids)
            await WriteDirectlyAsync(id, "by hand");
        _time.Advance(TimeSpan.FromMinutes(29.9));
        Assert.Equal(100, await CountUnchangedAsync(cache, ids));
        _time.Advance(TimeSpan.FromMinutes(15.1));
        Assert.InRange(await CountUnchangedAsync(cache, ids), 1, 99);
        _time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(0, await CountUnchangedAsync(cache, ids));
    }

    [Fact]
    public async Task Take_ShortlyAfterTheTtl_ReturnsTheStaleConfig_AndRefreshesIt()
    {
        var (cache, ids) = (Cache(), await AddDueAsync(100));
        await CountUnchangedAsync(cache, ids);
        foreach (var id in ids)
            await WriteDirectlyAsync(id, "by hand");
        _time.Advance(TimeSpan.FromMinutes(50));
        Assert.InRange(await CountUnchangedAsync(cache, ids), 1, 99);
        Assert.Equal(0, await CountUnchangedAsync(cache, ids));
    }

    [Fact]
    public async Task Take_ChangedDuringARefresh_ReturnsTheNewConfig()
    {
        var (cache, ids) = (Cache(), await AddDueAsync(100));
        await CountUnchangedAsync(cache, ids);
        _time.Advance(TimeSpan.FromMinutes(39));
        Assert.Equal(100, await CountUnchangedAsync(cache, ids));
        foreach (var id in ids)
            await WriteAsync(id, 2, "https://b.example/");
        Assert.Equal(0, await CountUnchangedAsync(cache, ids));
    }

    [Fact]
    public async Task Take_RefreshFails_ReadsAllAgain()
    {
        var (cache, ids, key) = (Cache(), await AddDueAsync(100), Keys.For(0, "config"));
        await CountUnchangedAsync(cache, ids);
        await Db.StringSetAsync(key, "not a hash");
        _time.Advance(TimeSpan.FromMinutes(39));
        Assert.Equal(100, await CountUnchangedAsync(cache, ids));
        await Assert.ThrowsAsync<RedisServerException>(() => CountUnchangedAsync(cache, ids));
        await Db.KeyDeleteAsync(key);
        foreach (var id in ids)
            await WriteDirectlyAsync(id, "by hand");
        Assert.Equal(0, await CountUnchangedAsync(cache, ids));
    }

    [Fact]
    public async Task Take_Expired_ReadsAgain_AndCachesTheResult()
    {
        var (cache, id) = (Cache(OneEntry), (await AddDueAsync(1))[0]);
        await TakeAsync(cache, id);
        _time.Advance(TimeSpan.FromMinutes(60));
        Assert.Equal(Config().Encode(), await TakeAsync(cache, id));
        await WriteDirectlyAsync(id, "by hand");
        Assert.Equal(Config().Encode(), await TakeAsync(cache, id));
    }

    [Fact]
    public async Task Take_UnusedForDays_ReadsAgain()
    {
        var (cache, id) = (Cache(), (await AddDueAsync(1))[0]);
        await TakeAsync(cache, id);
        await WriteDirectlyAsync(id, "by hand");
        _time.Advance(TimeSpan.FromDays(30));
        Assert.Equal("by hand", await TakeAsync(cache, id));
    }

    [Fact]
    public async Task Take_ManyAndChanged_ReturnsEachItsOwn()
    {
        // Several chunks, changed until most of their content is outdated.
        var (cache, ids) = (Cache(bytes: 4 << 20), await AddDueAsync(1000));
        var path = new string('x', 500);
        for (var version = 2; version < 8; version++)
        {
            for (var i = 0; i < ids.Length; i++)
                if (version == 2 || i % 2 == 0)
                    await WriteAsync(ids[i], version, $"https://example/{path}/{i}/{version}");
            foreach (var id in ids)
                await PutAsync("schedule", id, 1);
            await Db.KeyDeleteAsync(Keys.For(0, "inflight"));
            var claim = await Schedule.ClaimAsync(0, 1000, Lease, cache.Revision);
            var configs = await cache.TakeAsync(claim);
            foreach (var (n, job) in claim.Jobs.Index())
            {
                var i = Array.IndexOf(ids, job.Id);
                var expected = i % 2 == 0 ? version : 2;
                Assert.Equal(Config(expected, url: $"https://example/{path}/{i}/{expected}").Encode(), Encoding.UTF8.GetString(configs[n].Span));
            }
        }
    }

    [Fact]
    public async Task Invalidate_ReadsAgain()
    {
        var (cache, id) = (Cache(), (await AddDueAsync(1))[0]);
        await TakeAsync(cache, id);
        await WriteDirectlyAsync(id, "by hand");
        cache.Invalidate();
        Assert.Equal("by hand", await TakeAsync(cache, id));
    }

    [Fact]
    public async Task Take_RedisHasBeenEmptied_ReadsAgain()
    {
        var (cache, id) = (Cache(), (await AddDueAsync(1))[0]);
        await TakeAsync(cache, id);
        await Db.KeyDeleteAsync([.. new[] { "schedule", "inflight", "config", "meta", "changes" }.Select(name => Keys.For(0, name))]);
        await WriteAsync(id, 1, "https://rebuilt.example/");
        Assert.Equal(Config(1, url: "https://rebuilt.example/").Encode(), await TakeAsync(cache, id));
    }

    // The default is for a million.
    [Fact]
    public async Task Take_APlainMonitor_TakesNoMoreThanItsPartOfTheDefault()
    {
        const int count = 100_000;
        var cache = Cache(new SchedulerOptions().ConfigCacheBytes / 10);
        var (ids, key) = (NewIds(count), Keys.For(0, "config"));
        foreach (var page in ids.Chunk(10_000))
            await Db.HashSetAsync(key, [.. page.Select(id => new HashEntry(id.ToString(), Config(url: "https://monitoring.example.org/health/live").Encode(2)))]);
        await TakeAllAsync();
        await Db.KeyDeleteAsync(key);
        Assert.Equal(count, await TakeAllAsync());

        async Task<int> TakeAllAsync()
        {
            var found = 0;
            foreach (var page in ids.Chunk(1000))
                found += (await cache.TakeAsync(new Claim(0, 0, true, [.. page.Select(id => new ClaimedJob(id, 0, default))], 1, [])))
                    .Count(config => config.Length > 0);
            return found;
        }
    }
}
