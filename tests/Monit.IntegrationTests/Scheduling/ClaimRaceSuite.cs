using System.Collections.Concurrent;
using Monit.Storage.Schedule;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Scheduling;

/// <summary>Concurrent calls on several connections.</summary>
public abstract class ClaimRaceSuite(Func<Task<IConnectionMultiplexer>> connect, Func<Task<IConnectionMultiplexer>> another)
    : ScriptSuite(connect)
{
    [Fact]
    public async Task Claim_FourConnections_TakeEveryIdOnce()
    {
        var ids = await AddDueAsync(20_000);
        var taken = new ConcurrentBag<Guid>();
        var tokens = new ConcurrentBag<long>();
        var connections = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => another()));

        // Connected beforehand, so that the calls really are concurrent.
        await Task.WhenAll(connections.Select(redis => Task.Run(async () =>
        {
            var schedule = On(redis);
            while ((await schedule.ClaimAsync(0, 50, Lease)) is { Jobs.Count: > 0 } claim)
            {
                tokens.Add(claim.Token);
                foreach (var job in claim.Jobs)
                    taken.Add(job.Id);
            }
        }, Ct)));

        foreach (var connection in connections)
            await connection.DisposeAsync();
        Assert.Equal(ids.Order(), taken.Order());
        Assert.Equal(tokens.Count, tokens.Distinct().Count());
    }

    [Fact]
    public async Task ClaimCompleteReleaseReclaimRemove_AtOnce_KeepEveryIdOnce()
    {
        var ids = await AddDueAsync(2000);
        var removed = ids[..200];

        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
        {
            await using var redis = await another();
            var schedule = On(redis);
            for (var round = 0; round < 40; round++)
            {
                // Leases of a millisecond: many expire and are reclaimed and claimed again before they are completed.
                var claim = await schedule.ClaimAsync(0, 100, TimeSpan.FromMilliseconds(1 + round % 20));
                var half = claim.Jobs.Count / 2;
                var leases = Leases(claim);
                await schedule.ReleaseAsync(0, [.. leases[..half].Select(l => (l, TimeSpan.Zero))], Ct);
                await schedule.ReclaimAsync(0, 50, Hour, Ct);
                await schedule.CompleteAsync(0, [.. leases[half..].Select(l =>
                    new Storage.Schedule.Completion(l, claim.Now, TimeSpan.FromMilliseconds(5), Result, Up, null))], Ct);
                await schedule.ScheduleAsync(0, [.. ids.Skip(1000 + worker * 10).Take(10).Select(id => Entry(id, force: true, soon: TimeSpan.Zero))], Ct);
                await schedule.RemoveAsync(0, [.. removed.Skip((worker * 40 + round) * 5 % 200).Take(5).Select(id => new Storage.Schedule.Removal(id, null))], Ct);
            }
        }, Ct)));

        Gone(removed);
    }
}
