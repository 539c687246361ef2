using Monit.Core.Checks;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Storage.Schedule;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Scheduling;

/// <summary>schedule: versions, due times, counters.</summary>
public abstract class ScheduleSuite(Func<Task<IConnectionMultiplexer>> connect) : ScriptSuite(connect)
{
    private async Task<int> WriteAsync(Guid id, CheckConfig config, IncidentState incident = default, TimeSpan? soon = null, bool force = false) =>
        (await Schedule.ScheduleAsync(0, [new ScheduleEntry(id, config, incident, soon, force)], Ct)).Written;

    [Fact]
    public async Task Schedule_Nothing_WritesNothing() => Assert.Equal(0, (await Schedule.ScheduleAsync(0, [], Ct)).Written);

    [Fact]
    public async Task Schedule_New_IsDueAtItsNextSlot()
    {
        var ids = NewIds(200);
        var before = await NowAsync();
        Assert.Equal(200, (await Schedule.ScheduleAsync(0, [.. ids.Select(id => Entry(id))], Ct)).Written);
        var after = await NowAsync();

        var minute = TimeSpan.FromMinutes(1);
        foreach (var (id, due) in await AllAsync("schedule"))
        {
            Assert.Equal(Cadence.Phase(id, minute), due % 60_000);
            Assert.InRange(due, Cadence.Next(id, before, minute), Cadence.Next(id, after, minute));
            await PutAsync("schedule", id, due);
        }
        Assert.Equal(Config().Encode(), await TextAsync("config", ids[0]));
        Assert.Equal(IncidentState.Unjudged, await TextAsync("incident", ids[0]));
    }

    [Fact]
    public async Task Schedule_Soon_IsAnUpperBound()
    {
        var ids = await AddDueAsync(1);
        var before = await NowAsync();
        await WriteAsync(ids[0], Config(2), soon: TimeSpan.FromMilliseconds(40));
        Assert.InRange((await ScoreAsync("schedule", ids[0]))!.Value, before + 1, await NowAsync() + 40);

        before = await NowAsync();
        await WriteAsync(ids[0], Config(3), soon: Hour);
        Assert.InRange((await ScoreAsync("schedule", ids[0]))!.Value, before + 1, await NowAsync() + 60_000);
    }

    [Fact]
    public async Task Schedule_OlderVersion_DoesNothing_EvenForced()
    {
        var id = (await AddDueAsync(1))[0];
        Assert.Equal(1, await WriteAsync(id, Config(12)));
        var due = await ScoreAsync("schedule", id);

        Assert.Equal(0, await WriteAsync(id, Config(9, url: "https://old.example/"), soon: TimeSpan.Zero, force: true));
        Assert.Equal(Config(12).Encode(), await TextAsync("config", id));
        Assert.Equal(due, await ScoreAsync("schedule", id));
    }

    [Fact]
    public async Task Schedule_SameVersion_PutsBackOnlyALostId()
    {
        var id = (await AddDueAsync(1))[0];
        var due = await ScoreAsync("schedule", id);
        Assert.Equal(0, await WriteAsync(id, Config()));
        Assert.Equal(due, await ScoreAsync("schedule", id));

        var claim = await Schedule.ClaimAsync(0, 1, Lease);
        Assert.Equal(0, await WriteAsync(id, Config()));
        Assert.Equal(claim.Token, await ScoreAsync("inflight", id));

        await Db.SortedSetRemoveAsync(Keys.For(0, "inflight"), id.ToString());
        Assert.Equal(1, await WriteAsync(id, Config()));
        Assert.NotNull(await ScoreAsync("schedule", id));
    }

    [Fact]
    public async Task Schedule_SameVersionForced_IsDueAgain_AndRevokesTheLease()
    {
        var claim = await AddClaimedAsync(1);
        var id = claim.Jobs[0].Id;
        Assert.Equal(1, await WriteAsync(id, Config(), soon: TimeSpan.Zero, force: true));

        Assert.Equal([0], await CompleteAsync(Leases(claim)[0], claim.Now + 60_000));
        Assert.Equal(id, Assert.Single((await Schedule.ClaimAsync(0, 10, Lease)).Jobs).Id);
    }

    [Fact]
    public async Task Schedule_NewerVersion_RevokesTheLease()
    {
        var claim = await AddClaimedAsync(1);
        Assert.Equal(1, await WriteAsync(claim.Jobs[0].Id, Config(2)));
        Assert.Null(await ScoreAsync("inflight", claim.Jobs[0].Id));
        Assert.Equal([0], await CompleteAsync(Leases(claim)[0], claim.Now + 60_000));
    }

    [Fact]
    public async Task Schedule_PaceChanges_KeepsTheCounters()
    {
        var id = (await AddDueAsync(1))[0];
        await Db.HashSetAsync(Keys.For(0, "incident"), id.ToString(), Failing.Encode());

        Assert.Equal(1, await WriteAsync(id, Config(2) with { Interval = Hour, Timeout = TimeSpan.FromSeconds(9) }));
        Assert.Equal(Failing.Encode(), await TextAsync("incident", id));
        Assert.Equal(1, await WriteAsync(id, Config(2) with { Interval = Hour }, force: true));
        Assert.Equal(Failing.Encode(), await TextAsync("incident", id));
    }

    public static TheoryData<string> Targets => new("url", "status", "latency");

    [Theory, MemberData(nameof(Targets))]
    public async Task Schedule_TargetChanges_CountersBecomeSqls(string what)
    {
        var id = (await AddDueAsync(1))[0];
        await Db.HashSetAsync(Keys.For(0, "incident"), id.ToString(), Failing.Encode());
        CheckConfig Changed(long version) => what switch
        {
            "url" => Config(version, url: $"https://example.org/{version}"),
            "status" => Config(version) with { ExpectedStatus = 200 + (int)version },
            _ => Config(version) with { LatencyThreshold = TimeSpan.FromMilliseconds(version) },
        };

        Assert.Equal(1, await WriteAsync(id, Changed(2)));
        Assert.Null(await TextAsync("incident", id));

        var open = IncidentState.Restored(DateTimeOffset.UnixEpoch.AddDays(1));
        Assert.Equal(1, await WriteAsync(id, Changed(3), open));
        Assert.Equal(open.Encode(), await TextAsync("incident", id));
    }

    [Fact]
    public async Task Schedule_UnknownWithOpenIncident_RestoresIt()
    {
        var id = NewIds(1)[0];
        var open = IncidentState.Restored(DateTimeOffset.UnixEpoch.AddDays(1));
        await WriteAsync(id, Config(), open);
        Assert.Equal(open.Encode(), await TextAsync("incident", id));
        await PutAsync("schedule", id, 1);
    }

    [Fact]
    public async Task Schedule_UnreadableConfig_IsReplaced()
    {
        var id = (await AddDueAsync(1))[0];
        await Db.HashSetAsync(Keys.For(0, "config"), id.ToString(), "nonsense");
        Assert.Equal(1, await WriteAsync(id, Config()));
        Assert.Equal(Config().Encode(), await TextAsync("config", id));
    }

    [Fact]
    public async Task Schedule_LargestBatch_Fits()
    {
        await AddDueAsync(2000);
        Assert.Equal(2000, await Db.HashLengthAsync(Keys.For(0, "config")));
    }

    [Fact]
    public async Task Schedule_LargeVersions_CompareExactly()
    {
        var id = (await AddDueAsync(1))[0];
        const long big = 1L << 52;
        Assert.Equal(1, await WriteAsync(id, Config(big)));
        Assert.Equal(0, await WriteAsync(id, Config(big - 1)));
        Assert.Equal(1, await WriteAsync(id, Config(big + 1)));
    }

    private Task<Scheduled> WriteAsync(int format, Guid id, CheckConfig config) =>
        On(Db.Multiplexer, format).ScheduleAsync(0, [new ScheduleEntry(id, config, default, null)], Ct);

    [Theory, InlineData(1, 2), InlineData(2, 1), InlineData(2, 2)]
    public async Task Schedule_InTheOtherFormat_KeepsTheCounters_UnlessTheTargetChanges(int before, int after)
    {
        var (id, config) = (Guid.CreateVersion7(), Config() with { ExpectedStatus = 204, LatencyThreshold = Hour });
        await WriteAsync(before, id, config);
        await Db.HashSetAsync(Keys.For(0, "incident"), id.ToString(), Failing.Encode());

        Assert.Equal(1, (await WriteAsync(after, id, config with { Version = 2, Interval = Hour })).Written);
        Assert.Equal((config with { Version = 2, Interval = Hour }).Encode(after), await TextAsync("config", id));
        Assert.Equal(Failing.Encode(), await TextAsync("incident", id));

        await WriteAsync(before, id, config with { Version = 3, ExpectedStatus = 200 });
        Assert.Null(await TextAsync("incident", id));
        await PutAsync("schedule", id, 1);
    }

    // Stored by a process of a later version.
    private async Task<string> MakeNewerAsync(Guid id, int version = 1)
    {
        var text = $"{version} 60000 5000 {CheckConfig.NewestFormat + 1} {{\"kind\":\"x\"}}";
        await Db.HashSetAsync(Keys.For(0, "config"), id.ToString(), text);
        await Db.HashSetAsync(Keys.For(0, "incident"), id.ToString(), Failing.Encode());
        return text;
    }

    [Fact]
    public async Task Schedule_NewerFormat_HigherVersion_IsLeft()
    {
        var claim = await AddClaimedAsync(3);
        var id = claim.Jobs[1].Id;
        var text = await MakeNewerAsync(id);

        var reply = await Schedule.ScheduleAsync(0, [.. claim.Jobs.Select(job => Entry(job.Id, version: 2, force: true))], Ct);

        Assert.Equal((2, 1), (reply.Written, Assert.Single(reply.Newer)));
        Assert.Equal(text, await TextAsync("config", id));
        Assert.Equal(Failing.Encode(), await TextAsync("incident", id));
        Assert.Equal(claim.Token, await ScoreAsync("inflight", id));
    }

    [Fact]
    public async Task Schedule_NewerFormat_SameVersion_IsDue_ButNotWritten()
    {
        var claim = await AddClaimedAsync(1);
        var id = claim.Jobs[0].Id;
        var text = await MakeNewerAsync(id);

        Assert.Equal(0, await WriteAsync(id, Config()));
        Assert.Equal(1, await WriteAsync(id, Config(), soon: TimeSpan.Zero, force: true));
        Assert.Equal(text, await TextAsync("config", id));
        Assert.Equal(Failing.Encode(), await TextAsync("incident", id));
        Assert.Equal(id, Assert.Single((await Schedule.ClaimAsync(0, 10, Lease)).Jobs).Id);

        await Db.SortedSetRemoveAsync(Keys.For(0, "inflight"), id.ToString());
        Assert.Equal(1, await WriteAsync(id, Config()));
        Assert.NotNull(await ScoreAsync("schedule", id));
        Assert.Equal(text, await TextAsync("config", id));
    }
}
