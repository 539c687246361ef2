using Monit.Core.Checks;
using Monit.Core.History;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Storage.Resilience;
using Monit.Storage.Schedule;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Scheduling;

/// <summary>Every change of a monitor's state is noted in the step that makes it, once; and nothing else is.</summary>
public abstract class ChangedStatesSuite(Func<Task<IConnectionMultiplexer>> connect) : ScriptSuite(connect)
{
    private static readonly IncidentState Down = new(3, 0, 1_700_000_000_000, true, false);

    private RedisStates States => new(Db.Multiplexer, Keys, new StoreResilience(TimeProvider.System), TimeProvider.System);

    private async Task<Dictionary<Guid, CountedState>> ChangedAsync()
    {
        var changed = new Dictionary<Guid, CountedState>();
        await foreach (var page in States.ChangedAsync(0, 100, Ct))
            foreach (var (id, state) in page)
                changed[id] = state;
        return changed;
    }

    private Task<bool> ForgetAsync() => Db.KeyDeleteAsync(Keys.For(0, "states"));

    private async Task<CountedState?> OneAsync(Guid id) => (await ChangedAsync()).TryGetValue(id, out var state) ? state : null;

    private Task<Scheduled> WriteAsync(Guid id, CheckConfig config, IncidentState incident = default) =>
        Schedule.ScheduleAsync(0, [new ScheduleEntry(id, config, incident, TimeSpan.FromHours(1))], Ct);

    private Task<IReadOnlyList<int>> CompleteAsync(Lease lease, IncidentState? incident, CountedState? changed) =>
        Schedule.CompleteAsync(0, [new Completion(lease, lease.Token + 60_000, Hour, Result, Up, incident, changed)], Ct);

    [Fact]
    public async Task New_IsPending_UntilItHasBeenChecked()
    {
        var claim = await AddClaimedAsync(1);
        var id = claim.Jobs[0].Id;
        Assert.Equal(CountedState.Pending, await OneAsync(id));
        await ForgetAsync();
        // A time-out of the lease changes nothing.
        await Schedule.ReleaseAsync(0, [(Leases(claim)[0], TimeSpan.Zero)], Ct);
        claim = await Schedule.ClaimAsync(0, 10, Lease);
        Assert.Empty(await ChangedAsync());
        Assert.Equal(IncidentState.Unjudged, System.Text.Encoding.UTF8.GetString(claim.Jobs[0].Incident.Span));

        await CompleteAsync(Leases(claim)[0], default(IncidentState), CountedState.Up);
        Assert.Equal(CountedState.Up, await OneAsync(id));
        Assert.Null(await TextAsync("incident", id));
    }

    [Fact]
    public async Task NewWithAnIncident_IsWhatItImplies()
    {
        var ids = NewIds(2);
        await WriteAsync(ids[0], Config(), IncidentState.Restored(DateTimeOffset.UnixEpoch.AddDays(1)));
        await WriteAsync(ids[1], Config(), IncidentState.Restored(DateTimeOffset.UnixEpoch.AddDays(1), Core.Checks.Assertions.Severity.Degraded));
        Assert.Equal([CountedState.Down, CountedState.DegradedInIncident], [await OneAsync(ids[0]), await OneAsync(ids[1])]);
        await PutAsync("schedule", ids[0], 1);
        await PutAsync("schedule", ids[1], 1);
    }

    [Fact]
    public async Task Check_ThatChangesNothing_IsNotNoted()
    {
        var leases = Leases(await AddClaimedAsync(2));
        await ForgetAsync();
        await CompleteAsync(leases[0], null, null);
        await CompleteAsync(leases[1], Failing, null);
        Assert.Empty(await ChangedAsync());
        Assert.Equal(Failing.Encode(), await TextAsync("incident", leases[1].Id));
    }

    [Fact]
    public async Task Check_ThatIsFencedOff_IsNotNoted_OthersOfTheBatchAre()
    {
        var leases = Leases(await AddClaimedAsync(3));
        await ForgetAsync();
        await Schedule.CompleteAsync(0, [
            new(leases[0] with { Token = 1 }, 1, Hour, Result, Up, Down, CountedState.Down),
            new(leases[1], 1, Hour, Result, Up, Down, CountedState.Down), new(leases[2], 1, Hour, Result, Up, null)], Ct);
        Assert.Equal(new() { [leases[1].Id] = CountedState.Down }, await ChangedAsync());
    }

    [Fact]
    public async Task Check_ThatCannotBeJudged_MakesAHealthyMonitorPending()
    {
        var lease = Leases(await AddClaimedAsync(1))[0];
        await CompleteAsync(lease, default(IncidentState), CountedState.Pending);
        Assert.Equal(IncidentState.Unjudged, await TextAsync("incident", lease.Id));
        Assert.Equal(CountedState.Pending, await OneAsync(lease.Id));
    }

    [Theory, InlineData(""), InlineData(IncidentState.Unjudged), InlineData("1 0 5 5 0 0 0")]
    public async Task Target_ThatChanges_IsUp_OnlyIfItsCountersAreReset(string incident)
    {
        var id = (await AddDueAsync(1))[0];
        await Db.HashDeleteAsync(Keys.For(0, "incident"), id.ToString());
        if (incident.Length > 0)
            await Db.HashSetAsync(Keys.For(0, "incident"), id.ToString(), incident);
        await ForgetAsync();

        // Its pace says nothing of its state.
        await WriteAsync(id, Config(2) with { Interval = Hour });
        Assert.Empty(await ChangedAsync());
        await WriteAsync(id, Config(3, url: "https://example.net/"));
        Assert.Equal(incident.StartsWith('1') ? CountedState.Up : null, await OneAsync(id));
        Assert.Equal(incident == IncidentState.Unjudged ? incident : null, await TextAsync("incident", id));
        await WriteAsync(id, Config(4, url: "https://example.org/"), Down);
        Assert.Equal(CountedState.Down, await OneAsync(id));
    }

    [Fact]
    public async Task Restored_IsNoted_AlsoWhereItWasRight_ButNotWhatRedisDoesNotHave()
    {
        var ids = await AddDueAsync(2);
        await Db.HashSetAsync(Keys.For(0, "incident"), ids[1].ToString(), Failing.Encode());
        await ForgetAsync();
        var gone = NewIds(1)[0];
        Assert.Equal(2, await Schedule.RestoreAsync(0, [new(ids[0], IncidentState.Unjudged, Down), new(ids[1], Failing.Encode(), Failing), new(gone, "", Down)], Ct));
        Assert.Equal(new() { [ids[0]] = CountedState.Down, [ids[1]] = CountedState.Failing }, await ChangedAsync());
        Assert.Null(await TextAsync("incident", gone));
    }

    [Fact]
    public async Task Restored_WhileItIsChecked_IsNotedOnlyIfNothingElseChanges()
    {
        var claim = await AddClaimedAsync(2);
        await ForgetAsync();
        Assert.Equal(1, await Schedule.RestoreAsync(0, [
            new(claim.Jobs[0].Id, IncidentState.Unjudged, default, IsKnown: false), new(claim.Jobs[1].Id, IncidentState.Unjudged, default)], Ct));
        Assert.Equal(new() { [claim.Jobs[0].Id] = CountedState.Pending }, await ChangedAsync());
    }

    [Fact]
    public async Task Removed_LeavesNothing()
    {
        var ids = await AddDueAsync(2);
        await Schedule.RemoveAsync(0, [new(ids[0], null), new(ids[1], 1)], Ct);
        Assert.Empty(await ChangedAsync());
        Gone(ids);
    }

    [Fact]
    public async Task Settled_LeavesWhatHasChangedMeanwhile()
    {
        var ids = await AddDueAsync(3);
        var lease = Leases(await Schedule.ClaimAsync(0, 1, Lease))[0];
        StateChange[] read = [.. (await ChangedAsync()).Select(change => new StateChange(change.Key, change.Value))];
        await CompleteAsync(lease, default(IncidentState), CountedState.Up);

        Assert.Equal(2, await States.SettleAsync(0, read, Ct));
        Assert.Equal(new() { [lease.Id] = CountedState.Up }, await ChangedAsync());
        Assert.Equal(0, await States.SettleAsync(0, read, Ct));
        Assert.Equal(0, await States.SettleAsync(0, [], Ct));
        Assert.Equal(3, ids.Length);
    }

    [Fact]
    public async Task LargestBatch_IsReadAndSettled()
    {
        await AddDueAsync(2000);
        var changed = await ChangedAsync();
        Assert.Equal(2000, changed.Count);
        Assert.Equal(2000, await States.SettleAsync(0, [.. changed.Select(change => new StateChange(change.Key, change.Value))], Ct));
        Assert.False(await States.AnyChangedAsync(0));
    }

    [Fact]
    public async Task Read_SaysWhatTheApiShows()
    {
        var leases = Leases(await AddClaimedAsync(4));
        await CompleteAsync(leases[0], default(IncidentState), CountedState.Up);
        await CompleteAsync(leases[1], Down with { Parked = true }, CountedState.Parked);
        await Schedule.CompleteAsync(0, [new(leases[2], leases[2].Token, Hour, new(Result.At, ResultCode.NotJudged),
            new MonitorStatus(MonitorState.Up, null, null, FailureReason.CheckError, 1), default(IncidentState), CountedState.Pending)], Ct);
        var seen = await States.ReadAsync(0, [.. leases.Select(lease => lease.Id), Guid.CreateVersion7()], Ct);
        Assert.Equal([CountedState.Up, CountedState.Parked, CountedState.Pending, CountedState.Pending, CountedState.Pending], seen.Select(s => s.State));
        Assert.Equal(["", (Down with { Parked = true }).Encode(), IncidentState.Unjudged, IncidentState.Unjudged, ""], seen.Select(s => s.Text));
    }

    [Fact]
    public async Task Pace_IsTheSumOfAllWorkers_AndForgetsWhatIsOlderThanAMinute()
    {
        var pace = new RedisPace(Db.Multiplexer, Keys);
        Assert.Equal(new Pace(0, 0, null), await pace.ReadAsync());
        await pace.AddAsync(10, 1, 4, TimeSpan.FromMilliseconds(100));
        await pace.AddAsync(5, 0, 0, TimeSpan.Zero);
        Assert.Equal(new Pace(15, 1, TimeSpan.FromMilliseconds(25)), await pace.ReadAsync());

        var key = Keys.For(0, "pace");
        var slot = await NowAsync() / 5000;
        // One that is over, and those of a clock that has stepped back.
        await Db.HashSetAsync(key, [new($"{slot - 13}", "100 100 100 100"), new($"{slot + 9}", "100 100 100 100"), new("nonsense", "7 7")]);
        await pace.AddAsync(1, 0, 0, TimeSpan.Zero);
        Assert.Equal(new Pace(16, 1, TimeSpan.FromMilliseconds(25)), await pace.ReadAsync());
        Assert.InRange((await Db.KeyTimeToLiveAsync(key))!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }
}
