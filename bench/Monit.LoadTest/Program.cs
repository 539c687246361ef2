// The schedule's own speed: claims and completes without a check in between, against the redis-server given.
// usage: dotnet run -c Release --project bench/Monit.LoadTest -- [CONNECTION] [MONITORS] [SECONDS]
using System.Globalization;
using Microsoft.Extensions.Options;
using Monit.Core.Monitors;
using Monit.Core.Resilience;
using Monit.Core.Scheduling;
using StackExchange.Redis;

const int Batch = 500;
var connection = args.ElementAtOrDefault(0) ?? "127.0.0.1:6379";
var monitors = int.Parse(args.ElementAtOrDefault(1) ?? "10000", CultureInfo.InvariantCulture);
var duration = TimeSpan.FromSeconds(int.Parse(args.ElementAtOrDefault(2) ?? "10", CultureInfo.InvariantCulture));

var time = TimeProvider.System;
await using var redis = await ConnectionMultiplexer.ConnectAsync(connection);
var options = Options.Create(new SchedulingOptions { KeyPrefix = $"load-{Guid.CreateVersion7(time.GetUtcNow()):N}" });
var schedule = new RedisSchedule(redis, new RedisKeys(options), new StoreResilience(time));

Console.WriteLine($"Seeding {monitors} monitors into {connection}");
var config = new CheckConfig(1, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), 200, null, "http://127.0.0.1/");
for (var seeded = 0; seeded < monitors; seeded += Batch)
{
    var page = Enumerable.Range(0, Math.Min(Batch, monitors - seeded))
        .Select(_ => new ScheduleEntry(Guid.CreateVersion7(time.GetUtcNow()), config, default, TimeSpan.Zero));
    await schedule.ScheduleAsync(0, [.. page]);
}

var (jobs, started) = (0L, time.GetTimestamp());
while (time.GetElapsedTime(started) < duration)
{
    var claim = await schedule.ClaimAsync(0, Batch, TimeSpan.FromSeconds(30));
    // Due at once again, so that there is always a full batch.
    await schedule.CompleteAsync(0, [.. claim.Jobs.Select(job => new Completion(new Lease(job.Id, claim.Token), 0,
        TimeSpan.Zero, new MonitorStatus(MonitorState.Up, 200, 1, null, claim.Now), null))]);
    jobs += claim.Jobs.Count;
}
Console.WriteLine($"{jobs / time.GetElapsedTime(started).TotalSeconds:F0} jobs/s, claimed and completed in batches of {Batch}");

foreach (var name in (string[])["schedule", "inflight", "config", "status", "incident", "meta"])
    await redis.GetDatabase().KeyDeleteAsync(schedule.Keys.For(0, name));
