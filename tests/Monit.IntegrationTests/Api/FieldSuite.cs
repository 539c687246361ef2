using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Monit.Api.Monitors;
using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Core.Checks.Assertions;
using Monit.Core.Checks.Settings;
using Monit.Core.Monitors;
using Monit.IntegrationTests.Scheduling;
using Monit.Storage.Sync;
using Monit.Testing;

namespace Monit.IntegrationTests.Api;

/// <summary>
/// Walks every field of a monitor through all places that must know it: API, SQL, bulk insert, Redis, and what a worker
/// reads there. Whoever adds a field and forgets one of them sees it here.
/// </summary>
public abstract class FieldSuite(Func<Task<ApiHost>> start) : IAsyncLifetime
{
    // What Monit keeps for itself.
    private static readonly string[] Own = ["Id", "UserId", "Version", "SyncedVersion", "CreatedAt", "UpdatedAt", "SealedSecrets"];

    // AnyStatus is expected_status without a value; each property of the settings is a field of its own.
    private static readonly string[] Parts = ["AnyStatus", "Settings"];

    /// <summary>Two values for each field, neither its default.</summary>
    private static readonly Dictionary<string, (object One, object Other)> Values = new()
    {
        ["name"] = ("Shop", "Store"),
        ["url"] = ("https://example.com/one?a=1", "http://example.com:8080/other"),
        ["alert_email"] = ("one@example.com", "other@example.com"),
        ["interval_sec"] = (120, 90),
        ["timeout_sec"] = (7, 8),
        ["latency_threshold_ms"] = (250, 300),
        ["expected_status"] = (204, 201),
        ["enabled"] = (false, true),
        ["tags"] = (new List<string> { "shop", "Läden" }, new List<string> { "one" }),
        ["request"] = (new RequestSettings { Method = "POST", Headers = new Dictionary<string, string> { ["Accept"] = "text/plain" }, Body = "x\n" }, new RequestSettings { FollowRedirects = false, HttpVersion = HttpProtocol.Http2 }),
        ["tls"] = (new TlsSettings { MinDays = 14 }, new TlsSettings { Verify = false, MinDays = 0 }),
        ["network"] = (new NetworkSettings { IpFamily = IpFamily.V6 }, new NetworkSettings { Connection = ConnectionUse.KeepAlive }),
        ["assertions"] = (Assertions("status in 200-299", "json $.ok eq true (degraded)"), Assertions("header content-type contains json")),
        ["retries"] = (0, 10),
        ["retry_delay_sec"] = (1, 3600),
        ["failure_threshold"] = (1, 100),
        ["success_threshold"] = (2, 100),
    };

    private ApiHost _host = null!;
    private Caller _user = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await start();
        _user = await _host.NewUserAsync(paid: true);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _host.DisposeAsync();
    }

    [Fact]
    public void EveryProperty_IsAFieldOfTheList_WithValuesToTry()
    {
        var properties = typeof(UptimeMonitor).GetProperties().Concat(typeof(CheckSettings).GetProperties().Where(p => p.CanWrite)).Select(p => p.Name).Except([.. Own, .. Parts]).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName).Order();
        Assert.Equal(properties, MonitorFields.All.Select(field => field.Name).Order());
        Assert.Equal(properties, Values.Keys.Order());
    }

    [Fact]
    public async Task EveryField_ComesFromTheApiToTheWorker()
    {
        foreach (var field in MonitorFields.All)
        {
            var (one, other) = Values[field.Name];
            var id = await _user.NewMonitorAsync(Body(("url", "https://example.com/"), ("interval_sec", 60), (field.Name, one)));
            var created = await ReadAsync(id, field, one, version: 1);

            var patched = await _user.SendAsync("PATCH", $"/monitors/{id}", Body((field.Name, other)));
            Assert.True(patched.Status == 200, $"{field.Name}: {patched}");
            var changed = await ReadAsync(id, field, other, version: field.AffectsCheck ? 2 : 1);
            Assert.True(field.AffectsCheck == (changed != created), $"{field.Name}: the worker had {created}, and now {changed}");

            var same = await _user.SendAsync("PATCH", $"/monitors/{id}", Body((field.Name, other)));
            Assert.True(same.Status == 200, $"{field.Name}: {same}");
            await ReadAsync(id, field, other, version: field.AffectsCheck ? 2 : 1);

            var cleared = await _user.SendAsync("PATCH", $"/monitors/{id}", $$"""{"{{field.Name}}":null}""");
            Assert.True(cleared.Status == (field.Nullable ? 200 : 400), $"{field.Name}: {cleared}");
        }
    }

    [Fact]
    public async Task EveryField_ComesFromABulkInsertToTheWorker()
    {
        var page = MonitorFields.All.Select(field =>
        {
            var monitor = new UptimeMonitor
            {
                Id = Guid.CreateVersion7(), UserId = _user.Id, Url = "https://example.com/", IntervalSec = 60, TimeoutSec = 5,
                CreatedAt = DateTimeOffset.UnixEpoch.AddDays(20_000),
            };
            field.Set(monitor, Values[field.Name].One);
            return monitor;
        }).ToList();
        await _host.App.Services.GetRequiredService<MonitorImport>().CreateAsync(page, TestContext.Current.CancellationToken);
        foreach (var (field, monitor) in MonitorFields.All.Zip(page))
            await ReadAsync(monitor.Id, field, Values[field.Name].One, version: 1);
    }

    /// <summary>Asserts that API, SQL and Redis have this value; returns what a worker reads, but for the version.</summary>
    private async Task<CheckConfig?> ReadAsync(Guid id, MonitorField field, object value, long version)
    {
        var shown = (await _user.GetAsync($"/monitors/{id}"))[field.Name].GetRawText();
        Assert.True(shown == Json(value), $"{field.Name}: the API shows {shown} and not {value}");

        var stored = await _host.DbAsync(db => db.Monitors.AsNoTracking().SingleAsync(m => m.Id == id));
        Assert.True(Json(field.Get(stored)!) == Json(value), $"{field.Name}: SQL has {field.Get(stored)} and not {value}");
        Assert.True(stored.Version == version, $"{field.Name}: the version is {stored.Version} and not {version}");

        var expected = stored.Enabled ? stored.ToCheckConfig() : null;
        CheckConfig? read = null;
        await Eventually.True(async () => (read = await WorkersAsync(id)) == expected, $"{field.Name}: a worker reads {expected}");
        return read is null ? null : read with { Version = 0 };
    }

    private async Task<CheckConfig?> WorkersAsync(Guid id) =>
        CheckConfig.TryDecode((await _host.Schedule.ConfigsAsync(_host.Schedule.Keys.ShardOf(id), [id]))[0], out var config) ? config : null;

    // As the API shows it.
    private string Json(object value) =>
        JsonSerializer.Serialize(value, _host.App.Services.GetRequiredService<IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions>>().Value.SerializerOptions);

    private static IReadOnlyList<Assertion> Assertions(params string[] texts) =>
        [.. texts.Select(text => ShortForm.TryParse(text, out var assertion, out var problem) ? assertion : throw new ArgumentException(problem, nameof(texts)))];

    private string Body(params (string Name, object Value)[] fields)
    {
        var body = new Dictionary<string, object>();
        foreach (var (name, value) in fields)
            body[name] = value;
        return Json(body);
    }
}

[Collection(nameof(PostgresApi))]
public sealed class FieldsOnPostgresAndRedis(PostgresApi api) : FieldSuite(() => api.StartAsync());

[Collection(nameof(SqliteApi))]
public sealed class FieldsOnSqliteAndGarnet(SqliteApi api, GarnetHost garnet) : FieldSuite(() => api.StartAsync(("ConnectionStrings:redis", garnet.ConnectionString)));

// With configurations in the format that the others do not write by default.
[Collection(nameof(SqliteApi))]
public sealed class FieldsAsDocuments(SqliteApi api) : FieldSuite(() => api.StartAsync(("Scheduling:ConfigFormat", "2")));
