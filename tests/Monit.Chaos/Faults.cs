using Monit.Testing;
using Npgsql;

namespace Monit.Chaos;

/// <summary>Something that goes wrong, and is put right again.</summary>
/// <param name="RunAsync">Does it. Returns when it is over: from then on everything must come back by itself.</param>
/// <param name="Clean">Not a check may be doubled.</param>
/// <param name="Elsewhere">Monit and its stores go on: not a result may be missing.</param>
/// <param name="Outage">The targets seem down to all monitors: incidents are right, and end.</param>
/// <param name="Empties">Redis loses what it had; of the results, what had not moved to SQL.</param>
/// <param name="Waits">The fault ends when it begins: whoever dies takes its jobs along.</param>
internal sealed record Fault(string Name, string What, Func<Installation, Task> RunAsync, bool Clean = false, bool Elsewhere = false, bool Outage = false, bool Empties = false, bool Waits = false)
{
    private static readonly TimeProvider Time = TimeProvider.System;

    public static readonly IReadOnlyList<Fault> All =
    [
        new("worker-killed", "SIGKILL of a worker", m => Task.Run(() => m.Kill(m.Workers[0])), Waits: true),
        new("worker-stopped", "SIGTERM of a worker", m => TerminateAsync(m, 1), Clean: true),
        new("workers-stopped", "SIGTERM of all workers", async m =>
        {
            await TerminateAsync(m, m.Workers.Count);
            if (await m.InflightAsync() is > 0 and var held)
                throw new InvalidOperationException($"{held} jobs wait for their lease after a SIGTERM.");
        }, Clean: true),
        new("worker-frozen", "SIGSTOP of a worker beyond its leases, then SIGCONT", async m =>
        {
            var worker = m.Workers[0];
            worker.Signal("STOP");
            await Wait(m.Options.VisibilityTimeout + TimeSpan.FromSeconds(3));
            worker.Signal("CONT");
        }),
        new("redis-killed", "SIGKILL of redis-server, and its restart", async m =>
        {
            m.Redis.Kill();
            await m.Redis.RestartAsync();
        }),
        new("redis-away", "redis-server away", async m =>
        {
            m.Redis.Kill();
            await Wait(m.Options.Away);
            await m.Redis.RestartAsync();
        }),
        new("redis-emptied", "FLUSHALL", async m =>
        {
            await m.Admin.FlushAllDatabasesAsync();
            await Eventually.Get(m.LostAsync, lost => lost == 0, "every monitor is scheduled again", 30);
        }, Empties: true, Waits: true),
        new("redis-frozen", "redis-server does not answer for 10 s", async m =>
        {
            m.Redis.Signal("STOP");
            await Wait(TimeSpan.FromSeconds(10));
            m.Redis.Signal("CONT");
        }),
        new("postgres-away", "PostgreSQL killed, and away", async m =>
        {
            m.Postgres.Kill();
            await Wait(m.Options.Away);
            await m.Postgres.RestartAsync();
        }),
        new("recorder-killed", "SIGKILL of all workers when SQL has results that Redis has not removed yet", async m =>
        {
            await BetweenCommitAndTrimAsync(m);
            m.Workers.ToList().ForEach(m.Kill);
            await m.Admin.ExecuteAsync("CLIENT", "UNPAUSE");
        }),
        new("redis-killed-moving", "SIGKILL of redis-server when SQL has results that it has not removed yet", async m =>
        {
            await BetweenCommitAndTrimAsync(m);
            m.Redis.Kill();
            await m.Redis.RestartAsync();
        }),
        new("postgres-killed-moving", "PostgreSQL killed while it files results, and away", async m =>
        {
            await using (var connection = await m.ConnectAsync())
            {
                await using var held = await connection.BeginTransactionAsync();
                await using var command = new NpgsqlCommand("LOCK TABLE result_windows IN EXCLUSIVE MODE", connection, held);
                await command.ExecuteNonQueryAsync();
                command.CommandText = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'result_windows'::regclass)";
                await Eventually.True(async () => (bool)(await command.ExecuteScalarAsync())!, "results are being filed", 60);
                m.Postgres.Kill();
            }
            await Wait(m.Options.Away);
            await m.Postgres.RestartAsync();
        }),
        new("postgres-frozen", "PostgreSQL does not answer for 10 s", async m =>
        {
            m.Postgres.Signal("STOP");
            await Wait(TimeSpan.FromSeconds(10));
            m.Postgres.Signal("CONT");
        }),
        new("stores-away", "redis-server and PostgreSQL killed, and away", async m =>
        {
            m.Redis.Kill();
            m.Postgres.Kill();
            await Wait(m.Options.Away);
            await Task.WhenAll(m.Redis.RestartAsync(), m.Postgres.RestartAsync());
        }),
        new("alerts-away", "Monit.Alerts killed, and away", async m =>
        {
            m.KillAlerts();
            await Wait(m.Options.Away);
            await m.StartAlertsAsync();
        }, Elsewhere: true),
        new("target-away", "the targets refuse connections", async m =>
        {
            m.Target.Close();
            await Wait(m.Options.Away);
            m.Target.Open();
        }, Elsewhere: true, Outage: true),
        new("target-slow", "the targets take half a time-out", async m =>
        {
            m.Target.Delay = m.Options.Timeout / 2;
            await Wait(m.Options.Away);
            m.Target.Delay = TimeSpan.Zero;
        }, Elsewhere: true),
        new("target-half-open", "the targets take connections, and never answer", async m =>
        {
            m.Target.Delay = Timeout.InfiniteTimeSpan;
            await Wait(m.Options.Away);
            m.Target.Delay = TimeSpan.Zero;
        }, Elsewhere: true, Outage: true),
        new("target-flapping", "a tenth of the targets fails every other check", async m =>
        {
            var turns = new int[m.Options.Monitors];
            var before = m.Target.IsUp;
            m.Target.IsUp = monitor => monitor % 10 == 7 ? Interlocked.Increment(ref turns[monitor]) % 2 == 0 : before(monitor);
            await Wait(m.Options.Away);
            m.Target.IsUp = before;
        }, Elsewhere: true),
        new("dns-failing", "the names of a tenth of the targets do not resolve", async m =>
        {
            m.Names!.Fails = true;
            await Wait(m.Options.Away);
            m.Names.Fails = false;
        }, Elsewhere: true, Outage: true),
        new("clock-off", "a further worker whose clock is an hour ahead, and its SIGTERM", async m =>
        {
            // Without the last, libfaketime 0.9.10 takes the hour off monotonic deadlines too: each timed wait of the runtime then
            // returns at once, and two of its threads take both processors.
            var late = m.StartWorker("env", $"LD_PRELOAD={FakeTime}", "FAKETIME=+1h", "FAKETIME_DONT_FAKE_MONOTONIC=1",
                "FAKETIME_FORCE_MONOTONIC_FIX=0");
            try
            {
                await m.HealthyAsync(late);
                await Wait(m.Options.Away);
                late.Signal("TERM");
            }
            finally
            {
                await EndedAsync(m, late);
            }
        }, Elsewhere: true),
        new("workers-at-random", "1, 2 and 4 workers, killed and stopped at random", async m =>
        {
            var random = new Random(1);
            for (var started = Time.GetTimestamp(); Time.GetElapsedTime(started) < m.Options.AtRandom;)
            {
                await m.EnsureWorkersAsync(random.GetItems([1, 2, 4], 1)[0]);
                await Wait(TimeSpan.FromSeconds(2 * random.NextDouble()));
                if (random.Next(2) == 0)
                    m.Kill(m.Workers[random.Next(m.Workers.Count)]);
                else
                    await TerminateAsync(m, 1);
            }
        }, Waits: true),
    ];

    /// <summary>Why this machine cannot have the fault; none when it can.</summary>
    public string? Missing(Installation monit) => Name switch
    {
        "dns-failing" when monit.Names is null => "needs root and unshare",
        "clock-off" when !File.Exists(FakeTime) => "needs libfaketime (Debian: apt-get install faketime)",
        _ => null,
    };

    // Debian has it in a folder for each architecture. Not searched for any deeper: links may lead in circles there.
    private static string FakeTime { get; } = ((string[])["/usr/lib", .. Directory.Exists("/usr/lib") ? Directory.GetDirectories("/usr/lib", "*-linux-*") : []])
        .Select(folder => Path.Combine(folder, "faketime", "libfaketime.so.1")).FirstOrDefault(File.Exists, "-");

    // Redis holds all scripts back, and so the removal of what the recorder has read and committed. Unless that is between two moves: then again.
    private static async Task BetweenCommitAndTrimAsync(Installation monit)
    {
        async Task<bool> IsInBothAsync()
        {
            var stored = await History.ReadAsync(monit, Time.GetUtcNow().ToUnixTimeMilliseconds() - 60_000, sqlOnly: true);
            var recent = await monit.Schedule.RecentAsync(monit.Ids);
            return recent.Index().Any(own => own.Item.Intersect(stored.Results[own.Index]).Any());
        }
        await Eventually.True(async () =>
        {
            await monit.Admin.ExecuteAsync("CLIENT", "PAUSE", "10000", "WRITE");
            for (var began = Time.GetTimestamp(); Time.GetElapsedTime(began) < monit.Options.MoveInterval / 2;)
                if (await IsInBothAsync())
                    return true;
            await monit.Admin.ExecuteAsync("CLIENT", "UNPAUSE");
            return false;
        }, "SQL has results that Redis has not removed yet", 60);
    }

    private static Task Wait(TimeSpan time) => Task.Delay(time, Time);

    private static async Task TerminateAsync(Installation monit, int count)
    {
        var leaving = monit.Workers.Take(count).ToList();
        leaving.ForEach(worker => worker.Signal("TERM"));
        foreach (var worker in leaving)
            await EndedAsync(monit, worker);
    }

    private static async Task EndedAsync(Installation monit, Server worker)
    {
        try
        {
            if (await worker.ExitAsync(TimeSpan.FromSeconds(25)) is not 0 and var code)
                throw new InvalidOperationException($"A worker ended with {code}: {await File.ReadAllTextAsync(worker.LogFile)}");
        }
        catch (TimeoutException)
        {
            throw new InvalidOperationException($"A worker did not end: {await File.ReadAllTextAsync(worker.LogFile)}");
        }
        finally
        {
            monit.Remove(worker);
        }
    }
}
