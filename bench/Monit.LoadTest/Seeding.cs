using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Monit.Core.Monitors;
using Monit.Core.Users;
using Monit.Storage.Resilience;
using Monit.Storage.Schedule;
using Monit.Storage.Sql;
using Monit.Storage.Sync;
using Spectre.Console;
using StackExchange.Redis;

namespace Monit.LoadTest;

/// <summary>Creates the monitors in SQL and Redis by bulk import.</summary>
internal static class Seeding
{
    private const int AtOnce = 4;

    /// <summary>Returns the time it took.</summary>
    public static async Task<TimeSpan> RunAsync(LoadOptions options, string database, string redisConnection, int port, int closed, CancellationToken ct)
    {
        var time = TimeProvider.System;
        await using var redis = await ConnectionMultiplexer.ConnectAsync(redisConnection);
        var schedule = Schedule(redis, options);
        var dbs = new Databases(database);
        var import = new MonitorImport(dbs, schedule);
        var now = time.GetUtcNow();
        var owners = Enumerable.Range(0, 1 + Hostility.Accounts)
            .Select(account => new User { Id = Guid.CreateVersion7(now), Name = "load", Email = $"load{account}@example.org", PasswordHash = "-", CreatedAt = now }).ToList();
        await using (var db = dbs.CreateDbContext())
        {
            db.Users.AddRange(owners);
            await db.SaveChangesAsync(ct);
        }

        var started = time.GetTimestamp();
        await AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                var bar = progress.AddTask("creating monitors", maxValue: options.Monitors + options.HostileMonitors);
                await Parallel.ForEachAsync(Pages(),
                    new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (page, token) =>
                    {
                        await import.CreateAsync([.. page.Indices.Select(index => Monitor(index, page.Owner))], token);
                        bar.Increment(page.Indices.Length);
                    });
            });
        return time.GetElapsedTime(started);

        // A page belongs to one account.
        IEnumerable<(int[] Indices, Guid Owner)> Pages()
        {
            var size = Math.Clamp(options.HostileMonitors / Hostility.Accounts, 1, MonitorImport.PageSize);
            return Enumerable.Range(0, options.Monitors).Chunk(MonitorImport.PageSize).Select(page => (page, owners[0].Id))
                .Concat(Enumerable.Range(options.Monitors, options.HostileMonitors).Chunk(size)
                    .Select((page, number) => (page, owners[options.OneAccount ? 0 : 1 + number % Hostility.Accounts].Id)));
        }

        UptimeMonitor Monitor(int index, Guid owner) => new()
        {
            Id = LoadOptions.Id(index), UserId = owner, Url = options.Url(index, port, closed), IntervalSec = options.Interval,
            TimeoutSec = options.Timeout, CreatedAt = now, UpdatedAt = now,
        };
    }

    public static RedisSchedule Schedule(ConnectionMultiplexer redis, LoadOptions options)
    {
        var layout = Options.Create(new SchedulingOptions { Shards = options.Shards });
        return new RedisSchedule(redis, new RedisKeys(layout), layout, new StoreResilience(TimeProvider.System), TimeProvider.System);
    }
}
