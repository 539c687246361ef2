using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Core.History;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Storage.Resilience;
using Monit.Storage.Schedule;
using Monit.Testing;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Scheduling;

/// <summary>
/// SIGKILL of a redis-server that does nothing but complete and trim in large batches, so that it mostly dies within a script. Afterwards each
/// job has its next due time, its result, its status and its incident state, or has none of them and is still leased.
/// </summary>
[Trait("Speed", "Slow")]
public sealed class KilledWithinScriptsTests
{
    private static int Kills => Server.IsLongRun ? 30 : 6;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, InlineData("everysec"), InlineData("always")]
    public async Task Kill_WithinCompleteOrTrim_LeavesEachJobWhole(string fsync)
    {
        using var server = await RedisServer.StartAsync("--appendfsync", fsync);
        await using var load = await Load.StartAsync(server);
        for (var kill = 0; kill < Kills; kill++)
        {
            await load.KillAsync(kill);
            await server.RestartAsync();
            await load.HoldsAsync(forgets: false);
        }
    }

    /// <summary>As after a loss of power: the end of the append-only file is gone, wherever that cuts it.</summary>
    [Fact]
    public async Task RolledBackWithinAScript_LosesWhole_AndDoublesNothing()
    {
        using var server = await RedisServer.StartAsync();
        await using var load = await Load.StartAsync(server);
        for (var kill = 0; kill < Kills; kill++)
        {
            await load.KillAsync(kill);
            server.Forget(new Random(kill).Next(1, 2_000_000));
            await server.RestartAsync();
            await load.HoldsAsync(forgets: true);
        }
    }

    /// <summary>A client for each shard completes all its monitors again and again: round n has the result, the status and the counter n.</summary>
    private sealed class Load(RedisServer server, IConnectionMultiplexer own, RedisSchedule schedule, Guid[][] ids) : IAsyncDisposable
    {
        private const int Shards = 4;
        private const int PerShard = 1500;
        private const long Begin = 17_000_000_000;
        private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);
        private static readonly IOptions<SchedulingOptions> Layout = Options.Create(new SchedulingOptions { Shards = Shards, KeptResults = 10_000, KeyPrefix = LocalStores.NewPrefix() });
        // What SQL would have.
        private readonly Dictionary<Guid, HashSet<ResultPoint>> _moved = ids.SelectMany(own => own).ToDictionary(id => id, _ => new HashSet<ResultPoint>());
        private readonly long[] _rounds = new long[Shards];
        // After a roll back rounds come again, at another time.
        private long _epoch = Begin;

        public static async Task<Load> StartAsync(RedisServer server)
        {
            var own = await server.ConnectAsync();
            var schedule = On(own);
            var ids = Enumerable.Range(0, 2 * Shards * PerShard).Select(_ => Guid.CreateVersion7()).GroupBy(schedule.Keys.ShardOf)
                .OrderBy(shard => shard.Key).Select(shard => shard.Take(PerShard).ToArray()).ToArray();
            foreach (var (shard, members) in ids.Index())
                await schedule.ScheduleAsync(shard, [.. members.Select(id => new ScheduleEntry(id,
                    new CheckConfig(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(5), 200, null, "https://example.org/"), default, TimeSpan.Zero))], Ct);
            return new Load(server, own, schedule, ids);
        }

        public ValueTask DisposeAsync() => own.DisposeAsync();

        /// <summary>Puts it under load, and kills it in the middle of that.</summary>
        public async Task KillAsync(int seed)
        {
            var random = new Random(seed);
            var before = _rounds.Sum();
            var rounds = random.Next(40, 120);
            var load = Enumerable.Range(0, Shards).Select(shard => Task.Run(() => RunAsync(shard), Ct)).ToArray();
            await Eventually.True(() => Total() > before + rounds, "rounds are made", 60);
            Thread.SpinWait(random.Next(500_000));
            server.Kill();
            await Task.WhenAll(load);
        }

        /// <param name="forgets">Whether Redis has lost what it had acknowledged.</param>
        public async Task HoldsAsync(bool forgets)
        {
            await Eventually.True(() => own.IsConnected, "the client has reconnected");
            for (var shard = 0; shard < Shards; shard++)
            {
                var (members, acknowledged) = (ids[shard], _rounds[shard]);
                var due = await MembersAsync(shard, "schedule");
                var leased = await MembersAsync(shard, "inflight");
                Assert.Equal(members.Order(), due.Concat(leased).Order());

                var views = await schedule.ViewAsync(members, Ct);
                var recent = await schedule.RecentAsync(members, Ct);
                // A script is done for all or for none.
                var round = Assert.Single(views.Select(view => view.Incident.FailureCount).Distinct());
                if (!forgets)
                    Assert.InRange(round, acknowledged, acknowledged + 1);
                foreach (var (i, id) in members.Index())
                {
                    // Those that are leased were to get the next one.
                    if (!forgets && leased.Contains(id))
                        Assert.Equal(acknowledged, round);
                    Assert.Equal(round == 0 ? null : Number(views[i].Status!.Value.CheckedAt / 100), round == 0 ? null : (long?)round);
                    Assert.Equal(recent[i].Distinct().OrderBy(point => point.At), recent[i]);
                    Assert.Equal(Enumerable.Range(1, round).Select(n => (long)n), recent[i].Union(_moved[id]).Select(point => Number(point.At)).Where(n => n <= round).Distinct().Order());
                    if (!forgets)
                        Assert.Equal(round, recent[i].Union(_moved[id]).Count());
                }
                await schedule.ReclaimAsync(shard, RedisSchedule.MaxBatch, TimeSpan.Zero, Ct);
                _rounds[shard] = round;
            }
            if (forgets)
                _epoch += Epoch;
        }

        private const long Epoch = 100_000;

        private static long Number(long at) => (at - Begin) % Epoch;

        private long Total() => Enumerable.Range(0, Shards).Sum(shard => Volatile.Read(ref _rounds[shard]));

        private async Task RunAsync(int shard)
        {
            await using var client = await server.ConnectAsync();
            var its = On(client);
            try
            {
                while (true)
                {
                    var claim = await its.ClaimAsync(shard, RedisSchedule.MaxBatch, Lease);
                    if (claim.Jobs.Count != PerShard)
                        throw new InvalidOperationException($"{claim.Jobs.Count} of {PerShard} are due.");
                    var round = _rounds[shard] + 1;
                    var result = new ResultPoint(_epoch + round, (byte)(round % 200));
                    // Every other status says no more than its result, and is left to trim.
                    MonitorStatus? status = round % 2 == 0 ? null : new MonitorStatus(MonitorState.Down, 500, 1, FailureReason.UnexpectedStatus, result.At * 100);
                    var incident = new IncidentState((int)round, 0, 1, false, false);
                    await its.CompleteAsync(shard, [.. claim.Jobs.Select(job => new Completion(
                        new Lease(job.Id, claim.Token), claim.Now, TimeSpan.Zero, result, status, incident))], Ct);
                    Volatile.Write(ref _rounds[shard], round);
                    if (round % 4 == 0)
                        await MoveAsync(its, shard);
                }
            }
            catch (RedisException)
            {
            }
        }

        private async Task MoveAsync(RedisSchedule its, int shard)
        {
            await foreach (var page in its.UnsavedAsync(shard, 500, Ct))
            {
                foreach (var (id, bytes) in page)
                    _moved[id].UnionWith(RecentResults.Decode(bytes.Span, Begin));
                await its.TrimAsync(shard, page, Ct);
            }
        }

        private async Task<HashSet<Guid>> MembersAsync(int shard, string set) =>
            [.. (await own.GetDatabase().SortedSetRangeByRankAsync(schedule.Keys.For(shard, set))).Select(id => Guid.Parse((string)id!))];

        private static RedisSchedule On(IConnectionMultiplexer redis) =>
            new(redis, new RedisKeys(Layout), Layout, new StoreResilience(TimeProvider.System), TimeProvider.System);
    }
}
