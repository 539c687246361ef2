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
        var layout = Options.Create(new SchedulingOptions { Shards = options.Shards });
        var schedule = new RedisSchedule(redis, new RedisKeys(layout), layout, new StoreResilience(time));
        var dbs = new Databases(database);
        var import = new MonitorImport(dbs, schedule);
        var now = time.GetUtcNow();
        var owner = new User { Id = Guid.CreateVersion7(now), Name = "load", Email = "load@example.org", PasswordHash = "-", CreatedAt = now };
        await using (var db = dbs.CreateDbContext())
        {
            db.Users.Add(owner);
            await db.SaveChangesAsync(ct);
        }

        var started = time.GetTimestamp();
        await AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                var bar = progress.AddTask("creating monitors", maxValue: options.Monitors);
                await Parallel.ForEachAsync(Enumerable.Range(0, options.Monitors).Chunk(MonitorImport.PageSize),
                    new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (page, token) =>
                    {
                        await import.CreateAsync([.. page.Select(Monitor)], token);
                        bar.Increment(page.Length);
                    });
            });
        return time.GetElapsedTime(started);

        UptimeMonitor Monitor(int index) => new()
        {
            Id = LoadOptions.Id(index), UserId = owner.Id, Url = options.Url(index, port, closed), IntervalSec = options.Interval,
            TimeoutSec = Math.Clamp(options.Interval - 1, 1, 10), CreatedAt = now, UpdatedAt = now,
        };
    }

    private sealed class Databases(string connection) : IDbContextFactory<MonitDb>
    {
        private readonly DbContextOptions<PostgresMonitDb> _options = new DbContextOptionsBuilder<PostgresMonitDb>().UseMonitPostgres(connection).Options;

        public MonitDb CreateDbContext() => new PostgresMonitDb(_options);
    }
}
