using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Monit.Core.Checks;
using Monit.Core.Incidents;
using Monit.ServiceDefaults;
using Monit.Standalone;
using Monit.Storage.Sql;
using Monit.Testing;

namespace Monit.IntegrationTests.Api;

/// <summary>While another process holds SQLite's write lock, reads go on, and writes say so after a short wait.</summary>
public sealed class LockedDatabaseStallsNobodyTests(LocalStores stores) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("monit-locked-").FullName;
    private ApiHost _host = null!;
    private Caller _user = null!;
    private Guid _id;

    private string ConnectionString => $"Data Source={_folder}/monit.db";
    private IDbContextFactory<MonitDb> Dbs => _host.App.Services.GetRequiredService<IDbContextFactory<MonitDb>>();

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync(
            builder => builder.Services.AddMonitDb<SqliteMonitDb>(options => options.UseMonitSqlite(ConnectionString)), await stores.RedisConnectionStringAsync());
        _user = await _host.NewUserAsync();
        _id = await _user.NewMonitorAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Locked_WritesAnswer503_WhileReadsGoOn()
    {
        List<Task<Answer>> writes;
        var reads = 0;
        await using (await LockAsync())
        {
            // More than the pool has threads: were one blocked by each, no read would be answered before them.
            writes = [.. Enumerable.Range(0, 100).Select(n => (n % 3) switch
            {
                0 => _user.SendAsync("POST", "/monitors", new { url = "https://example.com/", interval_sec = 60 }),
                1 => _user.SendAsync("PATCH", $"/monitors/{_id}", new { name = $"{n}" }),
                _ => _user.SendAsync("DELETE", $"/monitors/{_id}"),
            }), _host.Anonymous.SendAsync("POST", "/users/register", new { name = "Tester", email = "late@example.com", password = "correct horse" })];
            while (!writes.TrueForAll(write => write.IsCompleted))
            {
                foreach (var path in new[] { "/monitors", $"/monitors/{_id}", "/incidents", "/users/profile" })
                    Assert.Equal(200, (await _user.GetAsync(path)).Status);
                if (!writes.Exists(write => write.IsCompleted))
                    reads++;
            }
        }
        Assert.True(reads > 0, "no read was answered before the writes");
        foreach (var write in writes)
            Assert.InRange(int.Parse((await write).IsProblem(503, "unavailable").Headers["Retry-After"], CultureInfo.InvariantCulture), 1, 60);

        Assert.Equal(200, (await _user.SendAsync("PATCH", $"/monitors/{_id}", new { name = "after" })).Status);
        Assert.Equal("after", (await _user.GetAsync($"/monitors/{_id}")).Text("name"));
        Assert.Equal(1, (await _user.GetAsync("/users/profile"))["monitors_count"].GetInt32());
    }

    [Fact]
    public async Task Locked_AWorkersIncident_IsNotLost()
    {
        var store = _host.App.Services.GetRequiredService<IncidentStore>();
        Task<IReadOnlyList<TransitionOutcome>> write;
        await using (await LockAsync())
        {
            write = store.RecordAsync([new Transition(_id, 1, TimeProvider.System.GetUtcNow(), FailureReason.Timeout, null, 15000)], TestContext.Current.CancellationToken);
            // An ordinary write has given up, and this one has not.
            (await _user.SendAsync("PATCH", $"/monitors/{_id}", new { name = "x" })).IsProblem(503, "unavailable");
            Assert.False(write.IsCompleted);
        }
        Assert.Null(Assert.Single(await write).Failure);
        Assert.Single((await _user.GetAsync("/incidents?state=open")).Items);
    }

    [Fact]
    public async Task Locked_HealthSaysSo()
    {
        var check = new DatabaseHealthCheck(Dbs);
        var context = new HealthCheckContext { Registration = new("database", check, HealthStatus.Unhealthy, null) };
        await using (await LockAsync())
        {
            var locked = await check.CheckHealthAsync(context, TestContext.Current.CancellationToken);
            Assert.Equal(HealthStatus.Unhealthy, locked.Status);
            Assert.Contains("takes no writes", locked.Description, StringComparison.Ordinal);
        }
        Assert.Equal(HealthStatus.Healthy, (await check.CheckHealthAsync(context, TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public async Task ManyWritersAtOnce_QueueWithoutThreads()
    {
        var before = ThreadPool.ThreadCount;
        var writes = Enumerable.Range(0, 300).Select(n => _user.SendAsync("PATCH", $"/monitors/{_id}", new { name = $"{n}" })).ToList();
        var most = before;
        while (!writes.TrueForAll(write => write.IsCompleted))
        {
            Assert.Equal(200, (await _user.GetAsync("/users/profile")).Status);
            most = Math.Max(most, ThreadPool.ThreadCount);
        }
        foreach (var write in writes)
            Assert.True((await write).Status is 200 or 503, $"{await write}");
        Assert.Contains(writes, write => write.Result.Status == 200);
        Assert.InRange(most, 1, before + 20);
    }

    [Fact]
    public async Task FailedWrite_GivesUpItsTurn()
    {
        // A row that SQL refuses, within a transaction and without.
        for (var n = 0; n < 3; n++)
        {
            Assert.Equal(409, (await _host.Anonymous.SendAsync("POST", "/users/register", new { name = "Tester", email = _user.Email, password = "correct horse" })).Status);
            (await _user.SendAsync("PATCH", $"/monitors/{Guid.Empty}", new { name = "x" })).IsProblem(404, "not_found");
            await using var db = await Dbs.CreateDbContextAsync(TestContext.Current.CancellationToken);
            await Assert.ThrowsAnyAsync<Exception>(() => db.Database.ExecuteSqlRawAsync("INSERT INTO nothing VALUES (1)", TestContext.Current.CancellationToken));
        }
        Assert.Equal(200, (await _user.SendAsync("PATCH", $"/monitors/{_id}", new { name = "after" })).Status);
    }

    /// <summary>As another process, such as a backup, holds it.</summary>
    private async Task<IAsyncDisposable> LockAsync()
    {
        var other = new SqliteConnection($"{ConnectionString};Pooling=False");
        await other.OpenAsync(TestContext.Current.CancellationToken);
        await using var begin = other.CreateCommand();
        begin.CommandText = "BEGIN IMMEDIATE";
        await begin.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return other;
    }
}
