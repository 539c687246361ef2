using System.Globalization;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Monit.Core.Monitors;
using Monit.Storage.Resilience;
using Monit.Storage.Schedule;
using Monit.Storage.Sql;
using Monit.Storage.Sync;
using Monit.Testing;
using Npgsql;
using StackExchange.Redis;

namespace Monit.Chaos;

/// <summary>A complete installation: one process for each service, the stores, a target and a mail server.</summary>
internal sealed class Installation : IAsyncDisposable
{
    public const string Email = "chaos@example.org";
    public const string Password = "correct horse battery";
    private const string Key = "0123456789abcdef0123456789abcdef";
    private readonly string _folder = Directory.CreateTempSubdirectory("monit-chaos-").FullName;
    private readonly int _apiPort = Server.FreePort();
    private readonly int _alertsPort = Server.FreePort();
    private readonly List<Server> _workers = [];
    private ConnectionMultiplexer? _client;
    private string _database = "";
    private int _started;
    private Server? _api;
    private Server? _alerts;

    public required ChaosOptions Options { get; init; }
    /// <summary>The checkout whose build is run by the services that start from now on; null: this one.</summary>
    public string? Build { get; set; }
    /// <summary>Further settings of the services that start from now on.</summary>
    public Dictionary<string, string> Settings { get; init; } = [];
    public RedisServer Redis { get; private set; } = null!;
    public PostgresServer Postgres { get; private set; } = null!;
    public SmtpSink Inbox { get; } = new();
    public Requests Requests { get; } = new();
    public Target Target { get; private set; } = null!;
    public Names? Names { get; private set; }
    public IReadOnlyList<Guid> Ids { get; set; } = [];
    public IReadOnlyList<Server> Workers => _workers;
    /// <summary>Whether the last trial has ended, with every monitor checked again, every incident closed and every alert sent.</summary>
    public bool IsCalm { get; set; }
    public IDatabase Db => _client!.GetDatabase();
    public IServer Admin => _client!.GetServers()[0];

    public Uri Api => new($"http://127.0.0.1:{_apiPort}");
    public RedisSchedule Schedule => new(_client!, Keys, Layout, new StoreResilience(TimeProvider.System), TimeProvider.System);
    /// <summary>What the services have printed, the ended ones too.</summary>
    public IEnumerable<string> LogFiles => Directory.EnumerateFiles(_folder, "server.log", SearchOption.AllDirectories);

    public static Task<Installation> StartAsync(ChaosOptions options) => StartAsync(new Installation { Options = options });

    /// <summary>One of another build, on a schema of that build, and without monitors.</summary>
    public static Task<Installation> StartAsync(ChaosOptions options, string build, Dictionary<string, string> settings) =>
        StartAsync(new Installation { Options = options, Build = build, Settings = settings });

    private static async Task<Installation> StartAsync(Installation monit)
    {
        try
        {
            await monit.StartAsync();
            return monit;
        }
        catch
        {
            await monit.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts workers up to that number, and waits until they are healthy.</summary>
    public async Task EnsureWorkersAsync(int count)
    {
        while (_workers.Count < count)
            _workers.Add(StartWorker());
        await Task.WhenAll(_workers.Select(worker => HealthyAsync(_ports[worker])));
    }

    public Task HealthyAsync(Server worker) => HealthyAsync(_ports[worker]);

    /// <summary>What the worker says of its own health, a line for each check; empty while it does not answer well.</summary>
    public async Task<string> HealthAsync(Server worker)
    {
        using var http = new HttpClient();
        try
        {
            return await http.GetStringAsync(new Uri($"http://127.0.0.1:{_ports[worker]}/health?details"));
        }
        catch (HttpRequestException)
        {
            return "";
        }
    }

    public Server StartWorker(params string[] launcher)
    {
        var port = Server.FreePort();
        string[] outer = Names is null ? launcher : [.. Names.Launcher, .. launcher];
        var worker = Service.Start("Monit.Worker", Path.Combine(_folder, $"worker-{_started++}"), SettingsOf(port), outer, [], Build);
        _ports[worker] = port;
        return worker;
    }

    /// <summary>When workers were killed in the present trial, Unix ms.</summary>
    public List<long> Kills { get; } = [];

    /// <summary>SIGKILL.</summary>
    public void Kill(Server worker)
    {
        Kills.Add(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        Remove(worker);
    }

    /// <summary>Removes a worker that was killed or stopped.</summary>
    public void Remove(Server worker)
    {
        worker.Dispose();
        _workers.Remove(worker);
    }

    public void KillAlerts() => _alerts!.Dispose();

    public Task StartAlertsAsync()
    {
        _alerts = Service.Start("Monit.Alerts", Path.Combine(_folder, "alerts"), SettingsOf(_alertsPort), [], [], Build);
        return HealthyAsync(_alertsPort);
    }

    /// <summary>Replaces the API and Monit.Alerts by those of <see cref="Build"/>.</summary>
    public async Task ReplaceServicesAsync()
    {
        _api!.Dispose();
        KillAlerts();
        StartApi();
        await StartAlertsAsync();
        await HealthyAsync(_apiPort);
    }

    /// <summary>Applies the migrations of <see cref="Build"/>.</summary>
    public async Task MigrateAsync()
    {
        using var migrate = Service.Start("Monit.Api", Path.Combine(_folder, "migrate"), SettingsOf(_apiPort), [], ["migrate"], Build);
        if (await migrate.ExitAsync(TimeSpan.FromMinutes(1)) is not 0 and var code)
            throw new InvalidOperationException($"The migration ended with {code}: {await File.ReadAllTextAsync(migrate.LogFile)}");
    }

    /// <summary>The checks that a worker has completed.</summary>
    public Task<long> CompletedAsync(Server worker) => CounterAsync(worker, "monit_completions_total");

    /// <summary>The checks that the present workers have given back, not judged, because the machine was too busy.</summary>
    /// <summary>Checks that the workers say they have not completed, though they may have reached their targets: given back, or too late for their lease.</summary>
    public async Task<long> NotCompletedAsync() => (await Task.WhenAll(_workers.SelectMany(worker =>
        (Task<long>[])[CounterAsync(worker, "monit_checks_given_back_total"), CounterAsync(worker, "monit_results_expired_total")]))).Sum();

    private async Task<long> CounterAsync(Server worker, string name)
    {
        using var http = new HttpClient();
        var metrics = await http.GetStringAsync(new Uri($"http://127.0.0.1:{_ports[worker]}/metrics"));
        return metrics.Split('\n').Where(line => line.StartsWith(name + "{", StringComparison.Ordinal))
            .Sum(line => (long)double.Parse(line[(line.IndexOf('}', StringComparison.Ordinal) + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture));
    }

    public async Task<T> SqlAsync<T>(Func<MonitDb, Task<T>> query)
    {
        await using var db = new Databases(_database).CreateDbContext();
        return await query(db);
    }

    /// <summary>A connection to SQL that waits for nothing.</summary>
    public async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(_database + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>The state of a monitor in both stores.</summary>
    public async Task<string> DescribeAsync(Guid id)
    {
        var (keys, member) = (Keys, (RedisValue)id.ToString());
        RedisKey Key(string name) => keys.For(keys.ShardOf(id), name);
        var incidents = await SqlAsync(db => db.Incidents.Where(i => i.MonitorId == id).OrderBy(i => i.CreatedAt).ToListAsync());
        return $"due {await Db.SortedSetScoreAsync(Key("schedule"), member)}, leased until {await Db.SortedSetScoreAsync(Key("inflight"), member)}, "
            + $"status '{await Db.HashGetAsync(Key("status"), member)}', incident '{await Db.HashGetAsync(Key("incident"), member)}', "
            + $"in SQL {string.Join(", ", incidents.Select(i => $"{i.StartTime:O} written {i.CreatedAt:O} to {i.EndTime:O}"))}";
    }

    /// <summary>The number of monitors in neither set, counted by one script per shard.</summary>
    public async Task<int> LostAsync() => await CountAsync("if places == 0 then count = count + 1 end");

    /// <summary>The number of configurations in Redis that contain a text.</summary>
    public async Task<int> CountConfigsAsync(string text)
    {
        var shards = Enumerable.Range(0, Options.Shards).Select(shard => Db.HashValuesAsync(Keys.For(shard, "config")));
        return (await Task.WhenAll(shards)).SelectMany(values => values).Count(value => ((string)value!).Contains(text, StringComparison.Ordinal));
    }

    /// <summary>The number of monitors that are being checked.</summary>
    public async Task<int> InflightAsync() => await CountAsync("if redis.call('ZSCORE', KEYS[2], id) then count = count + 1 end");

    public async ValueTask DisposeAsync()
    {
        _workers.ToList().ForEach(Remove);
        _api?.Dispose();
        _alerts?.Dispose();
        if (_client is not null)
            await _client.DisposeAsync();
        Redis?.Dispose();
        Postgres?.Dispose();
        Target?.Dispose();
        Names?.Dispose();
        await Inbox.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private readonly Dictionary<Server, int> _ports = [];

    private async Task StartAsync()
    {
        Redis = await RedisServer.StartAsync();
        Postgres = await PostgresServer.StartAsync();
        _database = await Postgres.CreateDatabaseAsync(migrated: Build is null);
        if (Build is not null)
            await MigrateAsync();
        _client = await ConnectionMultiplexer.ConnectAsync($"{Redis.ConnectionString},allowAdmin=true");
        Names = await Names.TryStartAsync(_folder);
        Target = new Target(Requests);
        Target.Open();
        StartApi();
        await StartAlertsAsync();
        await HealthyAsync(_apiPort);
        await RegisterAsync();
        if (Build is null)
            await CreateMonitorsAsync();
        await EnsureWorkersAsync(Options.Workers);
    }

    private void StartApi() => _api = Service.Start("Monit.Api", Path.Combine(_folder, "api"), SettingsOf(_apiPort), [], [], Build);

    private Dictionary<string, string> SettingsOf(int port) => new(Settings)
    {
        ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
        ["ConnectionStrings__redis"] = Redis.ConnectionString,
        ["ConnectionStrings__monitdb"] = _database,
        ["services__alerts__http__0"] = $"http://127.0.0.1:{_alertsPort}",
        ["Alerts__Key"] = Key,
        ["Auth__Secret"] = Key,
        ["DataProtection__Key"] = Key,
        ["Telemetry__Prometheus"] = "true",
        ["Scheduling__Shards"] = $"{Options.Shards}",
        ["Scheduler__VisibilityTimeout"] = $"{Options.VisibilityTimeout}",
        ["Scheduler__Interval"] = "00:00:00.100",
        ["Reclaimer__Interval"] = $"{Options.ReclaimerInterval}",
        ["Reconciler__GapInterval"] = "00:00:01",
        ["Reconciler__IncidentInterval"] = "00:00:02",
        ["ResultProcessor__RetryThreshold"] = "1",
        ["ResultProcessor__RetryDelay"] = "00:00:00.500",
        ["ResultProcessor__FailureThreshold"] = "2",
        ["History__MoveInterval"] = $"{Options.MoveInterval}",
        ["Network__AllowPrivateTargets"] = "true",
        ["Smtp__Host"] = "127.0.0.1",
        ["Smtp__Port"] = $"{Inbox.Port}",
        ["Smtp__Security"] = "None",
        ["Smtp__From"] = "monit@example.org",
        ["Alerts__ConfirmAddresses"] = "false",
        ["Alerts__MailsPerAccount"] = "0",
        ["Alerts__MailsPerRecipient"] = "0",
        ["Alerts__SweepInterval"] = "00:00:01",
        ["Alerts__RetryDelay"] = "00:00:00.500",
    };

    // The owner of the monitors.
    private async Task RegisterAsync()
    {
        using var http = new HttpClient();
        using var registered = await http.PostAsJsonAsync(new Uri(Api, "api/v1/users/register"), new { name = "Chaos", email = Email, password = Password });
        registered.EnsureSuccessStatusCode();
    }

    // In bulk. Every tenth URL has a host name, if Names is available.
    private async Task CreateMonitorsAsync()
    {
        var owner = await SqlAsync(db => db.Users.Select(user => user.Id).SingleAsync());
        var import = new MonitorImport(new Databases(_database), Schedule);
        var now = TimeProvider.System.GetUtcNow();
        Ids = [.. Enumerable.Range(0, Options.Monitors).Select(_ => Guid.CreateVersion7(now))];
        foreach (var page in Enumerable.Range(0, Options.Monitors).Chunk(MonitorImport.PageSize))
            await import.CreateAsync([.. page.Select(index => new UptimeMonitor
            {
                Id = Ids[index], UserId = owner, IntervalSec = (int)Options.Interval.TotalSeconds, TimeoutSec = (int)Options.Timeout.TotalSeconds, CreatedAt = now, UpdatedAt = now,
                Url = string.Create(CultureInfo.InvariantCulture, $"http://{(Names is not null && index % 10 == 5 ? Names.Name : "127.0.0.1")}:{Target.Port}/{index}"),
            })]);
    }

    private IOptions<SchedulingOptions> Layout => Microsoft.Extensions.Options.Options.Create(new SchedulingOptions { Shards = Options.Shards });

    private RedisKeys Keys => new(Layout);

    private async Task<int> CountAsync(string rule)
    {
        var (keys, total) = (Keys, 0);
        foreach (var shard in Ids.GroupBy(keys.ShardOf))
            total += (int)await Db.ScriptEvaluateAsync($$"""
                local count = 0
                for _, id in ipairs(ARGV) do
                  local places = (redis.call('ZSCORE', KEYS[1], id) and 1 or 0) + (redis.call('ZSCORE', KEYS[2], id) and 1 or 0)
                  {{rule}}
                end
                return count
                """, [keys.For(shard.Key, "schedule"), keys.For(shard.Key, "inflight")], [.. shard.Select(id => (RedisValue)id.ToString())]);
        return total;
    }

    private static async Task HealthyAsync(int port)
    {
        using var http = new HttpClient();
        await Eventually.True(async () =>
        {
            try
            {
                return (await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/health"))) == "Healthy";
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, "a service is healthy", 60);
    }

    private sealed class Databases(string connection) : IDbContextFactory<MonitDb>
    {
        public MonitDb CreateDbContext() => new PostgresMonitDb(new DbContextOptionsBuilder<PostgresMonitDb>().UseMonitPostgres(connection).Options);
    }
}
