using CsCheck;
using Monit.Storage.Schedule;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Scheduling;

/// <summary>
/// Tests the scheduling protocol with random interleavings of three crashing workers against a model: a monitor is absent,
/// scheduled, or leased with one token. After every step the store must equal the model.
/// </summary>
public abstract class ProtocolModelSuite(Func<Task<IConnectionMultiplexer>> connect) : ScriptSuite(connect)
{
    private const int Monitors = 6;
    private const int Workers = 3;

    internal enum Verb { Claim, Complete, CompleteLater, Release, Extend, Reclaim, Change, CheckNow, Outdated, Remove, Crash, LeasesRunOut }

    internal readonly record struct Step(Verb Verb, int Worker, int N);

    // Claims and completions are as frequent as all other steps together.
    private static readonly Gen<Step[]> Runs = Gen.Select(
        Gen.OneOf(Gen.Enum<Verb>(), Gen.Const(Verb.Claim), Gen.Const(Verb.Complete)),
        Gen.Int[0, Workers - 1], Gen.Int[0, Monitors - 1], (verb, worker, n) => new Step(verb, worker, n)).Array[1, 60];

    [Fact]
    public Task EveryInterleaving_KeepsEachMonitorInOnePlace_UnderOneLease() => Runs.SampleAsync(RunAsync, iter: 400, threads: 1);

    private async Task RunAsync(Step[] steps)
    {
        // The state of a failed run must not affect the shorter ones that are tried when it is shrunk.
        await Db.KeyDeleteAsync([.. RedisScript.Remove.Keys.Select(name => Keys.For(0, name))]);
        var run = new Model(this);
        foreach (var step in steps)
            await run.TakeAsync(step);
        await run.EndAsync();
    }

    /// <summary>The state of a monitor: scheduled at <paramref name="Due"/>, or leased with <paramref name="Token"/>.</summary>
    private readonly record struct Place(double? Due, long Token);

    private sealed class Model(ProtocolModelSuite suite)
    {
        private readonly Guid[] _ids = NewIds(Monitors);
        private readonly Dictionary<Guid, Place> _places = [];
        private readonly Dictionary<Guid, long> _versions = [];
        // The leases that each worker believes to hold; some have been lost to others.
        private readonly List<Lease>[] _held = [.. Enumerable.Range(0, Workers).Select(_ => new List<Lease>())];
        private long _lastToken;

        public async Task TakeAsync(Step step)
        {
            var (held, id) = (_held[step.Worker], _ids[step.N]);
            switch (step.Verb)
            {
                case Verb.Claim:
                    await ClaimAsync(held, 1 + step.N, TimeSpan.FromMilliseconds(1 + step.N * 3));
                    break;
                case Verb.Complete or Verb.CompleteLater when Pick(held, step.N) is { } lease:
                    var due = step.Verb == Verb.Complete ? 0 : await suite.NowAsync() + 3_600_000;
                    await EndsAsync(held, lease, () => suite.CompleteAsync(lease, due));
                    break;
                case Verb.Release when Pick(held, step.N) is { } lease:
                    await EndsAsync(held, lease, () => suite.Schedule.ReleaseAsync(0, [(lease, TimeSpan.Zero)], Ct));
                    break;
                case Verb.Extend when held.Count > 0:
                    await ExtendAsync(held);
                    break;
                case Verb.Reclaim:
                    await ReclaimAsync();
                    break;
                case Verb.Change or Verb.CheckNow:
                    var version = _versions.GetValueOrDefault(id) + (step.Verb == Verb.Change ? 1 : 0);
                    if (version == 0)
                        break;
                    Assert.Equal(1, (await suite.Schedule.ScheduleAsync(0, [Entry(id, version, TimeSpan.Zero, force: true)], Ct)).Written);
                    _versions[id] = version;
                    _places[id] = new Place(await suite.ScoreAsync("schedule", id), 0);
                    break;
                case Verb.Outdated when _versions.GetValueOrDefault(id) is > 0 and var current:
                    Assert.Equal(0, (await suite.Schedule.ScheduleAsync(0, [Entry(id, current - 1, TimeSpan.Zero, force: true), Entry(id, current, TimeSpan.Zero)], Ct)).Written);
                    break;
                case Verb.Remove:
                    await suite.Schedule.RemoveAsync(0, [new Removal(id, null)], Ct);
                    _places.Remove(id);
                    _versions.Remove(id);
                    break;
                case Verb.Crash:
                    held.Clear();
                    break;
                case Verb.LeasesRunOut:
                    await ExpireAsync();
                    break;
            }
            await StoreIsAsModelledAsync();
        }

        /// <summary>Checks that after the leases have expired every monitor is in the schedule.</summary>
        public async Task EndAsync()
        {
            await ExpireAsync();
            await ReclaimAsync();
            await StoreIsAsModelledAsync();
            Assert.All(_places.Values, place => Assert.NotNull(place.Due));
            await suite.Schedule.RemoveAsync(0, [.. _ids.Select(id => new Removal(id, null))], Ct);
        }

        private static Lease? Pick(List<Lease> held, int n) => held.Count == 0 ? null : held[n % held.Count];

        private bool IsValid(Lease lease) => _places.TryGetValue(lease.Id, out var place) && place.Due is null && place.Token == lease.Token;

        private async Task ClaimAsync(List<Lease> held, int limit, TimeSpan lease)
        {
            var claim = await suite.Schedule.ClaimAsync(0, limit, lease);
            var due = _places.Where(place => place.Value.Due <= claim.Now).Select(place => place.Key).ToList();
            Assert.Equal(Math.Min(limit, due.Count), claim.Jobs.Count);
            Assert.Equal(due.Select(id => _places[id].Due).Order().Take(limit), claim.Jobs.Select(job => _places[job.Id].Due));
            if (claim.Jobs.Count == 0)
                return;
            Assert.True(claim.Token > _lastToken && claim.Token >= claim.Now + (long)lease.TotalMilliseconds, "a token is new, and lasts");
            _lastToken = claim.Token;
            foreach (var job in claim.Jobs)
            {
                _places[job.Id] = new Place(null, claim.Token);
                held.Add(new Lease(job.Id, claim.Token));
            }
        }

        // Only a valid lease has an effect, and only once.
        private async Task EndsAsync(List<Lease> held, Lease lease, Func<Task<IReadOnlyList<int>>> end)
        {
            var valid = IsValid(lease);
            Assert.Equal(valid ? [] : [0], await end());
            Assert.Equal([0], await end());
            held.Remove(lease);
            if (valid)
                _places[lease.Id] = new Place(await suite.ScoreAsync("schedule", lease.Id), 0);
        }

        private async Task ExtendAsync(List<Lease> held)
        {
            var valid = held.ConvertAll(IsValid);
            var extension = await suite.Schedule.ExtendAsync(0, held, TimeSpan.FromMilliseconds(3), Ct);
            Assert.Equal(valid.Index().Where(lease => !lease.Item).Select(lease => lease.Index), extension.Fenced);
            for (var i = 0; i < held.Count; i++)
            {
                if (!valid[i])
                    continue;
                Assert.True(extension.Token > held[i].Token, "a renewed lease has a later token");
                held[i] = held[i] with { Token = extension.Token };
                _places[held[i].Id] = new Place(null, extension.Token);
            }
            // If all were fenced off, the token is unused, and the next claim may get it.
            if (valid.Contains(true))
                _lastToken = Math.Max(_lastToken, extension.Token);
        }

        // Redis' clock advances meanwhile: leases that expired before must be reclaimed, those that expire later must not.
        private async Task ReclaimAsync()
        {
            var before = await suite.NowAsync();
            var reclaimed = await suite.Schedule.ReclaimAsync(0, 2000, Hour, Ct);
            var after = await suite.NowAsync();
            var back = 0;
            foreach (var (id, place) in _places.Where(place => place.Value.Due is null).ToList())
            {
                var due = await suite.ScoreAsync("schedule", id);
                Assert.True(due is null ? place.Token > before : place.Token <= after, $"a lease until {place.Token} at {before}..{after}: due {due}");
                if (due is null)
                    continue;
                back++;
                _places[id] = new Place(due, 0);
            }
            Assert.Equal(back, reclaimed);
        }

        private async Task ExpireAsync()
        {
            var last = _places.Values.Where(place => place.Due is null).Select(place => place.Token).DefaultIfEmpty().Max();
            // Polls without a delay: it takes some milliseconds at most, in each of thousands of steps.
            for (var asked = 0; await suite.NowAsync() <= last; asked++)
                Assert.True(asked < 100_000, "every lease expires");
        }

        private async Task StoreIsAsModelledAsync()
        {
            Assert.Equal(_places.Where(place => place.Value.Due is not null).ToDictionary(place => place.Key, place => place.Value.Due!.Value), await suite.AllAsync("schedule"));
            Assert.Equal(_places.Where(place => place.Value.Due is null).ToDictionary(place => place.Key, place => (double)place.Value.Token), await suite.AllAsync("inflight"));
        }
    }
}
