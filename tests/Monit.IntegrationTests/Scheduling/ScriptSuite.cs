using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Core.Incidents;
using Monit.Core.History;
using Monit.Core.Monitors;
using Monit.Storage.Resilience;
using Monit.Storage.Schedule;
using Monit.Testing;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Scheduling;

/// <summary>
/// The base class of the suites of scripts, on a shard of its own. After each test every id that the test added must be in
/// exactly one of schedule and inflight.
/// </summary>
public abstract class ScriptSuite(Func<Task<IConnectionMultiplexer>> connect) : IAsyncLifetime
{
    protected static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    protected static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    protected static readonly ResultPoint Result = new(17_000_000_000, 12);
    protected static readonly MonitorStatus Up = new(MonitorState.Up, 200, 12, null, 1_700_000_000_000);
    protected static readonly IncidentState Failing = new(1, 2, 1_700_000_000_000, false, false);

    private readonly HashSet<Guid> _known = [];

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;
    private readonly string _prefix = LocalStores.NewPrefix();

    private protected RedisKeys Keys => new(Layout());
    protected IDatabase Db { get; private set; } = null!;
    private protected RedisSchedule Schedule { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var redis = await connect();
        Db = redis.GetDatabase();
        Schedule = On(redis);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await EachIdOnceAsync();
    }

    /// <param name="format">In which it writes configurations.</param>
    private protected RedisSchedule On(IConnectionMultiplexer redis, int format = 1) =>
        new(redis, Keys, Layout(format), new StoreResilience(TimeProvider.System), TimeProvider.System);

    private IOptions<SchedulingOptions> Layout(int format = 1) =>
        Options.Create(new SchedulingOptions { KeyPrefix = _prefix, ConfigFormat = format });

    /// <summary>Redis' time, Unix ms.</summary>
    protected async Task<long> NowAsync()
    {
        var time = (RedisValue[])(await Db.ExecuteAsync("TIME"))!;
        return (long)time[0] * 1000 + (long)time[1] / 1000;
    }

    protected static CheckConfig Config(long version = 1, int intervalSec = 60, string url = "https://example.org/") =>
        new(version, TimeSpan.FromSeconds(intervalSec), TimeSpan.FromSeconds(5), 200, null, url);

    private protected static ScheduleEntry Entry(Guid id, long version = 1, TimeSpan? soon = null, bool force = false) =>
        new(id, Config(version), default, soon, force);

    protected static Guid[] NewIds(int count) => [.. Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7())];

    /// <summary>Adds new monitors that are due at once.</summary>
    protected async Task<Guid[]> AddDueAsync(int count)
    {
        var ids = NewIds(count);
        foreach (var batch in ids.Chunk(RedisSchedule.MaxBatch))
            Assert.Equal(batch.Length, (await Schedule.ScheduleAsync(0, [.. batch.Select(id => Entry(id, soon: TimeSpan.Zero))], Ct)).Written);
        _known.UnionWith(ids);
        return ids;
    }

    /// <summary>Adds new monitors and claims them.</summary>
    private protected async Task<Claim> AddClaimedAsync(int count)
    {
        await AddDueAsync(count);
        var claim = await Schedule.ClaimAsync(0, count, Lease);
        Assert.Equal(count, claim.Jobs.Count);
        return claim;
    }

    /// <summary>Adds an id directly to a set.</summary>
    protected async Task PutAsync(string set, Guid id, double score)
    {
        await Db.SortedSetAddAsync(Keys.For(0, set), id.ToString(), score);
        _known.Add(id);
    }

    protected IReadOnlyCollection<Guid> Known => [.. _known];

    protected void Gone(params IEnumerable<Guid> ids) => _known.ExceptWith(ids);

    protected Task<double?> ScoreAsync(string set, Guid id) => Db.SortedSetScoreAsync(Keys.For(0, set), id.ToString());

    protected async Task<string?> TextAsync(string hash, Guid id) => await Db.HashGetAsync(Keys.For(0, hash), id.ToString());

    protected async Task<Dictionary<Guid, double>> AllAsync(string set) =>
        (await Db.SortedSetRangeByRankWithScoresAsync(Keys.For(0, set))).ToDictionary(e => Guid.Parse((string)e.Element!), e => e.Score);

    private protected static Lease[] Leases(Claim claim) => [.. claim.Jobs.Select(j => new Lease(j.Id, claim.Token))];

    private protected Task<IReadOnlyList<int>> CompleteAsync(
        Lease lease, long due, TimeSpan? period = null, IncidentState? incident = null) =>
        Schedule.CompleteAsync(0, [new Completion(lease, due, period ?? TimeSpan.Zero, Result, Up, incident)], Ct);

    protected async Task EachIdOnceAsync()
    {
        var schedule = (await AllAsync("schedule")).Keys;
        var inflight = (await AllAsync("inflight")).Keys;
        Assert.Empty(schedule.Intersect(inflight));
        Assert.Equal(_known.Order(), schedule.Concat(inflight).Order());
    }
}
