using Microsoft.EntityFrameworkCore;
using Monit.Core.History;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Core.Users;
using Monit.Storage.History;
using Monit.Storage.Schedule;

namespace Monit.IntegrationTests.Data;

/// <summary>Known states, their counts and paused spans: never twice, never lost, and mended where a process of before has not kept them.</summary>
public abstract class BooksSuite(Func<Task<SqlStore>> create) : SqlSuite(create)
{
    private StateStore Store => new(Factory, Resilience);

    private Task<Dictionary<(Guid, CountedState), int>> CountsAsync() => ReadAsync(db =>
        db.StateCounts.AsNoTracking().Where(c => c.Count != 0).ToDictionaryAsync(c => (c.UserId, c.State), c => c.Count, Ct));

    private async Task RightAsync()
    {
        Assert.Empty(await Store.MiscountedAsync(Ct));
        Assert.Equal(await ReadAsync(db => db.KnownStates.GroupBy(k => new { k.UserId, k.State }).Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => (g.Key.UserId, g.Key.State), g => g.Count, Ct)), await CountsAsync());
    }

    private Task<List<(DateTimeOffset From, DateTimeOffset? To)>> PausesAsync(Guid id) => ReadAsync(async db =>
        (await db.MonitorSpans.Where(s => s.MonitorId == id && s.Kind == SpanKind.Paused).OrderBy(s => s.FromTime).ToListAsync(Ct)).ConvertAll(s => (s.FromTime, s.ToTime)));

    private async Task InTransactionAsync(Func<Storage.Sql.MonitDb, Task> work)
    {
        await using var db = Factory.CreateDbContext();
        await using var transaction = await db.Database.BeginTransactionAsync(Ct);
        await work(db);
        await transaction.CommitAsync(Ct);
    }

    private async Task<UptimeMonitor> NewAsync(bool enabled = true)
    {
        var monitor = await AddMonitorAsync(m => m.Enabled = enabled);
        await InTransactionAsync(db => Bookkeeping.CreatedAsync(db, [monitor], Ct));
        return monitor;
    }

    private Task SwitchAsync(Guid id, DateTimeOffset at, bool books = true) => InTransactionAsync(async db =>
    {
        var monitor = await db.LockMonitors([id]).SingleAsync(Ct);
        monitor.Enabled = !monitor.Enabled;
        monitor.UpdatedAt = at;
        await db.SaveChangesAsync(Ct);
        if (books)
            await Bookkeeping.SwitchedAsync(db, [monitor], _ => at, Ct);
    });

    private Task DeleteAsync(Guid id, bool books = true) => InTransactionAsync(async db =>
    {
        await db.LockMonitors([id]).Select(m => m.Id).SingleAsync(Ct);
        if (books)
            await Bookkeeping.DeletedAsync(db, id, Ct);
        await db.Monitors.Where(m => m.Id == id).ExecuteDeleteAsync(Ct);
    });

    [Fact]
    public async Task Change_RecordedTwice_CountsOnce()
    {
        var monitors = new[] { await NewAsync(), await NewAsync(), await NewAsync(enabled: false) };
        StateChange[] batch = [new(monitors[0].Id, CountedState.Down), new(monitors[1].Id, CountedState.Up)];
        Assert.Equal(2, await Store.RecordAsync(batch, Ct));
        // A worker that died before it could settle them in Redis.
        Assert.Equal(0, await Store.RecordAsync(batch, Ct));
        var user = monitors[0].UserId;
        Assert.Equal(new() { [(user, CountedState.Down)] = 1, [(user, CountedState.Up)] = 1, [(user, CountedState.Paused)] = 1 }, await CountsAsync());
        await RightAsync();
    }

    [Fact]
    public async Task Change_OfPausedUnknownOrDeleted_AndOfALaterVersion_IsPassedOver()
    {
        var (paused, deleted, unknown) = (await NewAsync(enabled: false), await NewAsync(), await AddMonitorAsync());
        await DeleteAsync(deleted.Id);
        var before = await CountsAsync();
        Assert.Equal(0, await Store.RecordAsync([new(paused.Id, CountedState.Down), new(deleted.Id, CountedState.Down), new(unknown.Id, CountedState.Down),
            new(Guid.CreateVersion7(), CountedState.Up)], Ct));
        var known = await NewAsync();
        Assert.Equal(0, await Store.RecordAsync([new(known.Id, CountedState.Paused), new(known.Id, (CountedState)77)], Ct));
        Assert.Equal(before.Values.Sum() + 1, (await CountsAsync()).Values.Sum());
        await RightAsync();
    }

    [Fact]
    public async Task Pause_IsASpan_ThatEndsWhenItIsResumed()
    {
        var monitor = await NewAsync(enabled: false);
        Assert.Equal([(At, null)], await PausesAsync(monitor.Id));
        await SwitchAsync(monitor.Id, At.AddHours(1));
        await SwitchAsync(monitor.Id, At.AddHours(2));
        Assert.Equal([(At, At.AddHours(1)), (At.AddHours(2), null)], await PausesAsync(monitor.Id));
        await RightAsync();
    }

    [Fact]
    public async Task Pause_ThatEndsBeforeItBegins_ByAnotherClock_IsNone()
    {
        var monitor = await NewAsync();
        await SwitchAsync(monitor.Id, At.AddHours(1));
        await SwitchAsync(monitor.Id, At.AddHours(1).AddSeconds(-1));
        Assert.Empty(await PausesAsync(monitor.Id));
        // Three times at one instant.
        await SwitchAsync(monitor.Id, At.AddHours(2));
        await SwitchAsync(monitor.Id, At.AddHours(3));
        await SwitchAsync(monitor.Id, At.AddHours(2));
        Assert.Equal([(At.AddHours(2), null)], await PausesAsync(monitor.Id));
    }

    [Fact]
    public async Task Mend_GivesMonitorsOfTheVersionBeforeTheirRows_AndSpans()
    {
        var (created, paused, resumed, right) = (await AddMonitorAsync(), await NewAsync(), await NewAsync(enabled: false), await NewAsync());
        var born = await AddMonitorAsync(m => m.Enabled = false);
        await SwitchAsync(paused.Id, At.AddHours(1), books: false);
        await SwitchAsync(resumed.Id, At.AddHours(2), books: false);
        await Store.RecordAsync([new(right.Id, CountedState.Up)], Ct);

        await Store.MendAsync([created.Id, paused.Id, resumed.Id, right.Id, born.Id, Guid.CreateVersion7()], Ct);

        var known = await ReadAsync(db => db.KnownStates.ToDictionaryAsync(k => k.MonitorId, k => k.State, Ct));
        Assert.Equal([CountedState.Pending, CountedState.Paused, CountedState.Pending, CountedState.Up, CountedState.Paused],
            new[] { created, paused, resumed, right, born }.Select(m => known[m.Id]));
        Assert.Equal([(At.AddHours(1), null)], await PausesAsync(paused.Id));
        Assert.Equal([(At, At.AddHours(2))], await PausesAsync(resumed.Id));
        Assert.Equal([(At, null)], await PausesAsync(born.Id));
        Assert.Empty(await PausesAsync(created.Id));
        await RightAsync();
    }

    [Fact]
    public async Task Recount_CorrectsWhatIsCountedWrong_AndOnlyThat()
    {
        var (deleted, kept) = (await NewAsync(), await NewAsync());
        var other = new User { Id = Guid.CreateVersion7(), Name = "Eve", Email = "eve@example.org", PasswordHash = "-", CreatedAt = At };
        await SaveAsync(other);
        await SaveAsync(new StateCount { UserId = other.Id, State = CountedState.Down, Count = 3 });
        await DeleteAsync(deleted.Id, books: false);
        Assert.Equal(new[] { kept.UserId, other.Id }.Order(), (await Store.MiscountedAsync(Ct)).Order());
        await Store.RecountAsync(kept.UserId, Ct);
        Assert.Equal(1, (await CountsAsync())[(kept.UserId, CountedState.Pending)]);
        Assert.Equal([other.Id], await Store.MiscountedAsync(Ct));
        await Store.RecountAsync(other.Id, Ct);
        await RightAsync();
    }

    [Fact]
    public async Task EverythingAtOnce_NeitherDeadlocksNorMiscounts()
    {
        var monitors = new List<Guid>();
        for (var i = 0; i < 24; i++)
            monitors.Add((await NewAsync(enabled: i % 4 > 0)).Id);
        var all = monitors.ToArray();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(async () =>
        {
            var random = new Random(n);
            for (var i = 0; i < 25; i++)
            {
                var some = all.OrderBy(_ => random.Next()).Take(12).ToArray();
                switch (n % 4)
                {
                    case 0:
                        await Store.RecordAsync(some.Select(id => new StateChange(id, (CountedState)random.Next(9))), Ct);
                        break;
                    case 1:
                        await SwitchAsync(some[0], At.AddSeconds(i));
                        break;
                    case 2:
                        var monitor = await NewAsync();
                        await Store.RecordAsync([new(monitor.Id, CountedState.Down), new(some[0], CountedState.Up)], Ct);
                        await DeleteAsync(monitor.Id);
                        break;
                    default:
                        Assert.Empty(await Store.MiscountedAsync(Ct));
                        await Store.MendAsync(some, Ct);
                        foreach (var user in await ReadAsync(db => db.Users.Select(u => u.Id).ToListAsync(Ct)))
                            await Store.RecountAsync(user, Ct);
                        break;
                }
            }
        }, Ct)));
        await RightAsync();
        Assert.Equal(24, (await CountsAsync()).Values.Sum());
    }
}
