using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.EntityFrameworkCore;
using Monit.IntegrationTests.Api;
using Monit.IntegrationTests.Data;
using Monit.ServiceDefaults;
using Monit.Standalone;
using Monit.Storage.Sql;
using Monit.Testing;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Worker;

/// <summary>
/// Whatever happens to monitors, accounts, workers and Redis: once it is calm, the summary says what a count of the list says.
/// </summary>
[Trait("Speed", "Slow")]
public sealed class SummaryNeverDriftsTests(LocalStores stores)
{
    private static readonly string[] States = ["up", "degraded", "failing", "down", "parked", "pending", "paused"];

    // Without the comparison the events alone must be right, with it whatever else is wrong.
    [Theory, InlineData(1, false), InlineData(2, true)]
    public async Task RandomLife_OnPostgresAndRedis(int seed, bool isCompared)
    {
        var database = await stores.NewDatabaseAsync();
        using var redis = await RedisServer.StartAsync();
        await LiveAsync(seed, isCompared, database, redis.ConnectionString, builder =>
        {
            builder.Configuration["ConnectionStrings:monitdb"] = database;
            builder.AddMonitDatabase();
        });
    }

    [Theory, InlineData(3, false), InlineData(4, true)]
    public async Task RandomLife_OnSqliteAndGarnet(int seed, bool isCompared)
    {
        var folder = Directory.CreateTempSubdirectory("monit-summary-").FullName;
        try
        {
            using var garnet = new EmbeddedRedis(folder);
            var database = $"Data Source={folder}/monit.db";
            await LiveAsync(seed, isCompared, database, garnet.ClientOptions.ToString(), builder => builder.Services.AddMonitDb<SqliteMonitDb>(o => o.UseMonitSqlite(database)));
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task LiveAsync(int seed, bool isCompared, string database, string redis, Action<WebApplicationBuilder> sql)
    {
        var prefix = LocalStores.NewPrefix();
        // Migrates.
        await using var api = await ApiHost.StartAsync(sql, redis, ("Scheduling:KeyPrefix", prefix), ("Monitors:MinInterval", "00:00:02"), ("Network:AllowPrivateTargets", "true"));
        await using var admin = await ConnectionMultiplexer.ConnectAsync($"{redis},allowAdmin=true");
        Task<WorkerHarness> StartAsync() => WorkerHarness.StartAsync(stores, database, redis, prefix, new() { ["Reconciler:Interval"] = isCompared ? "00:00:02" : "01:00:00" });
        var worker = await StartAsync();
        var targets = Enumerable.Range(0, 4).Select(_ => new ScriptedTarget()).ToArray();
        try
        {
            var random = new Random(seed);
            Caller[] users = [await api.NewUserAsync(paid: true), await api.NewUserAsync(paid: true)];
            var monitors = new List<(Caller User, Guid Id)>();
            for (var step = 0; step < 150; step++)
            {
                var any = monitors.Count > 0 ? monitors[random.Next(monitors.Count)] : default;
                switch (monitors.Count < 6 ? 0 : random.Next(12))
                {
                    case 0 or 1 when monitors.Count < 40:
                        var user = users[random.Next(2)];
                        monitors.Add((user, await user.NewMonitorAsync(new
                        {
                            url = targets[random.Next(4)].Url, interval_sec = 2, timeout_sec = 1, enabled = random.Next(4) > 0,
                            assertions = (string[])(random.Next(3) > 0 ? ["status in 200-299"] : ["status in 200-299", "body contains fine (degraded)"]),
                        })));
                        break;
                    case 2 or 3 or 4:
                        Assert.Equal(200, (await any.User.SendAsync("PATCH", $"/monitors/{any.Id}", new { enabled = random.Next(2) == 0 })).Status);
                        break;
                    case 5:
                        Assert.Equal(200, (await any.User.SendAsync("PATCH", $"/monitors/{any.Id}", new { url = targets[random.Next(4)].Url })).Status);
                        break;
                    case 6:
                        Assert.Equal(204, (await any.User.SendAsync("DELETE", $"/monitors/{any.Id}")).Status);
                        monitors.Remove(any);
                        break;
                    case 7 or 8:
                        targets[random.Next(4)].Answer = ScriptedTarget.Status(random.Next(2) == 0 ? 200 : 500, body: random.Next(2) == 0 ? "fine" : "poor");
                        break;
                    case 9 when random.Next(4) == 0:
                        await admin.GetServers()[0].FlushAllDatabasesAsync();
                        break;
                    case 10 when random.Next(4) == 0:
                        await worker.DisposeAsync();
                        worker = await StartAsync();
                        break;
                    case 11 when isCompared:
                        // What a version before does, which keeps no books.
                        await api.DbAsync(db => db.KnownStates.Where(k => k.MonitorId == any.Id).ExecuteDeleteAsync());
                        break;
                }
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(100)), TimeProvider.System, TestContext.Current.CancellationToken);
            }
            foreach (var user in users)
                await Eventually.Get(async () => (Summary: await SummaryAsync(user), Counted: await CountAsync(user)),
                    said => said.Summary == said.Counted, "the summary says what the list says", seconds: 60);
            Assert.True((await users[0].GetAsync("/summary"))["checks_per_minute"].GetInt64() > 0);
        }
        finally
        {
            await worker.DisposeAsync();
            foreach (var target in targets)
                await target.DisposeAsync();
        }
    }

    private static async Task<string> SummaryAsync(Caller user)
    {
        var summary = await user.GetAsync("/summary");
        return $"{summary["monitors.total"]}: {string.Join(", ", States.Select(state => $"{state} {summary[$"monitors.{state}"]}"))}; {summary["open_incidents"]}";
    }

    private static async Task<string> CountAsync(Caller user)
    {
        var all = (await user.GetAsync("/monitors?limit=200")).Items.ConvertAll(item => item.GetProperty("status").GetProperty("state").GetString());
        var open = await user.GetAsync("/incidents?state=open&limit=1");
        return $"{all.Count}: {string.Join(", ", States.Select(state => $"{state} {all.Count(s => s == state)}"))}; {open["total"]}";
    }
}
