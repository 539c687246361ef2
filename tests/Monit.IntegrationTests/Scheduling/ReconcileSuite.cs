using Monit.Core.Checks;
using Monit.Core.Checks.Settings;
using Monit.Core.Incidents;
using Monit.Storage.Schedule;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Scheduling;

/// <summary>compare, restore and the view.</summary>
public abstract class ReconcileSuite(Func<Task<IConnectionMultiplexer>> connect) : ScriptSuite(connect)
{
    [Fact]
    public async Task Compare_Nothing_FindsNothing()
    {
        var found = await Schedule.CompareAsync(0, [], Ct);
        Assert.Empty(found.Missing);
        Assert.Empty(found.TooFar);
    }

    [Fact]
    public async Task Compare_FindsMissingOutdatedAndUnreadable()
    {
        var ids = await AddDueAsync(6);
        await Schedule.ScheduleAsync(0, [Entry(ids[5], version: 7)], Ct);
        await Db.HashDeleteAsync(Keys.For(0, "config"), ids[2].ToString());
        await Db.HashSetAsync(Keys.For(0, "config"), ids[3].ToString(), "nonsense");
        await Db.SortedSetRemoveAsync(Keys.For(0, "schedule"), ids[4].ToString());

        var found = await Schedule.CompareAsync(0, [
            new(ids[0], 1, Hour), new(ids[1], 2, Hour), new(ids[2], 1, Hour), new(ids[3], 1, Hour), new(ids[4], 1, Hour),
            new(ids[5], 3, Hour), new(Guid.CreateVersion7(), 1, Hour)], Ct);

        Assert.Equal([1, 2, 3, 4, 6], found.Missing);
        Assert.Empty(found.TooFar);
        Gone(ids[4]);
    }

    [Fact]
    public async Task Compare_InflightIsNotMissing_AndParkedIsNotTooFar()
    {
        var claim = await AddClaimedAsync(2);
        await CompleteAsync(Leases(claim)[1], Completion.Never);

        var found = await Schedule.CompareAsync(0, [.. claim.Jobs.Select(j => new Expected(j.Id, 1, TimeSpan.Zero))], Ct);

        Assert.Empty(found.Missing);
        Assert.Empty(found.TooFar);
    }

    [Fact]
    public async Task Compare_FindsWhatIsDueTooFarAhead()
    {
        var claim = await AddClaimedAsync(3);
        var leases = Leases(claim);
        // Far enough from the limit even on a slow machine.
        await CompleteAsync(leases[0], await NowAsync() + 50_000);
        await CompleteAsync(leases[1], await NowAsync() + 120_000);
        await CompleteAsync(leases[2], await NowAsync() + 120_000);

        var minute = TimeSpan.FromMinutes(1);
        var found = await Schedule.CompareAsync(0, [new(leases[0].Id, 1, minute), new(leases[1].Id, 1, minute), new(leases[2].Id, 1, Hour)], Ct);

        Assert.Empty(found.Missing);
        Assert.Equal([1], found.TooFar);
    }

    // A process of the version before has built the shard anew after Redis was emptied, and knows nothing of settings.
    [Fact]
    public async Task Compare_FindsWhatIsInAFormatThatCannotHoldIt_AndScheduleWritesIt()
    {
        var ids = await AddDueAsync(3);
        CheckConfig Config(long version) => new(version, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(5), 200, null, "https://example.org/") { Rules = new MonitorRules(1, null, null, null) };
        await Schedule.ScheduleAsync(0, [new ScheduleEntry(ids[1], Config(1), default, null, Force: true)], Ct);

        Expected[] page = [new(ids[0], 1, Hour, 3), new(ids[1], 1, Hour, 3), new(ids[2], 1, Hour)];
        Assert.Equal([0], (await Schedule.CompareAsync(0, page, Ct)).Missing);

        await Schedule.ScheduleAsync(0, [.. ids.Select(id => new ScheduleEntry(id, Config(1), default, null))], Ct);
        Assert.Empty((await Schedule.CompareAsync(0, page, Ct)).Missing);
        Assert.Equal([3, 3, 3], (await Schedule.ConfigsAsync(0, ids, Ct)).Select(text => CheckConfig.FormatOf(text)));
        // The same version in a lower format changes nothing.
        await Schedule.ScheduleAsync(0, [Entry(ids[0], version: 1)], Ct);
        Assert.Equal(3, CheckConfig.FormatOf((await Schedule.ConfigsAsync(0, [ids[0]], Ct))[0]));
    }

    [Fact]
    public async Task Compare_FullPage_Fits()
    {
        var ids = await AddDueAsync(2000);
        var found = await Schedule.CompareAsync(0, [.. ids.Select(id => new Expected(id, 2, Hour))], Ct);
        Assert.Equal(Enumerable.Range(0, 2000), found.Missing);
    }

    [Fact]
    public async Task Restore_Nothing_CorrectsNothing() => Assert.Equal(0, await Schedule.RestoreAsync(0, [], Ct));

    [Fact]
    public async Task Restore_StillAsSeen_IsCorrected()
    {
        var ids = await AddDueAsync(2);
        await Db.HashSetAsync(Keys.For(0, "incident"), ids[1].ToString(), Failing.Encode());

        Assert.Equal(2, await Schedule.RestoreAsync(0, [new(ids[0], IncidentState.Unjudged, Failing), new(ids[1], Failing.Encode(), default)], Ct));
        Assert.Equal(Failing.Encode(), await TextAsync("incident", ids[0]));
        Assert.Null(await TextAsync("incident", ids[1]));
    }

    [Fact]
    public async Task Restore_InflightOrChanged_IsLeft()
    {
        var leased = (await AddClaimedAsync(1)).Jobs[0].Id;
        var changed = await AddDueAsync(2);
        await Db.HashSetAsync(Keys.For(0, "incident"), changed[0].ToString(), Failing.Encode());

        Assert.Equal(0, await Schedule.RestoreAsync(0, [
            new(leased, IncidentState.Unjudged, Failing), new(changed[0], "", Failing with { FailureCount = 9 }), new(changed[1], Failing.Encode(), Failing)], Ct));
        Assert.Equal([IncidentState.Unjudged, Failing.Encode(), IncidentState.Unjudged],
            [await TextAsync("incident", leased), await TextAsync("incident", changed[0]), await TextAsync("incident", changed[1])]);
    }

    [Fact]
    public async Task Restore_Twice_SecondFindsItChanged()
    {
        var id = (await AddDueAsync(1))[0];
        Restoration[] batch = [new(id, IncidentState.Unjudged, Failing)];
        Assert.Equal(1, await Schedule.RestoreAsync(0, batch, Ct));
        Assert.Equal(0, await Schedule.RestoreAsync(0, batch, Ct));
    }

    [Fact]
    public async Task View_ShowsWhatIsKnown_InOrder()
    {
        var claim = await AddClaimedAsync(2);
        await CompleteAsync(Leases(claim)[0], claim.Now + 60_000, incident: Failing);

        var views = await Schedule.ViewAsync([claim.Jobs[1].Id, Guid.CreateVersion7(), claim.Jobs[0].Id], Ct);

        Assert.Equal([new MonitorView(null, default, null), new(null, default, null), new(Up, Failing, claim.Now + 60_000)], views);
    }

    [Fact]
    public async Task Compare_NewerFormat_OfTheSameVersion_IsNotMissing()
    {
        var id = (await AddDueAsync(1))[0];
        await Db.HashSetAsync(Keys.For(0, "config"), id.ToString(), "3 60000 5000 99 what a later version writes");
        Assert.Empty((await Schedule.CompareAsync(0, [new(id, 3, Hour)], Ct)).Missing);
    }
}
