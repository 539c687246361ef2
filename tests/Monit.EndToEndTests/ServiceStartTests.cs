using System.Net;
using Monit.Core;
using Monit.Testing;
using Npgsql;

namespace Monit.EndToEndTests;

/// <summary>The services of the distributed form: who migrates, who waits, and what a failed start says.</summary>
public sealed class ServiceStartTests(LocalStores stores) : IDisposable
{
    private const string Key = "0123456789abcdef0123456789abcdef";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("monit-services-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Api_WaitsForTheSchema_WhichTheMigrateCommandBrings()
    {
        var database = new NpgsqlConnectionStringBuilder(await stores.NewDatabaseAsync()) { Database = $"monit_empty_{Guid.CreateVersion7():n}" }.ConnectionString;
        var port = Server.FreePort();
        var settings = Settings(database, await stores.RedisConnectionStringAsync(), port);
        // As an installation of the version before has it.
        settings.Remove("DataProtection__Key");
        var home = settings["HOME"] = Directory.CreateDirectory(Path.Combine(_folder, "home")).FullName;
        using var api = Service.Start("Monit.Api", Path.Combine(_folder, "api"), settings);
        await SaysAsync(api, "Not starting yet: ");
        using var http = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri($"http://127.0.0.1:{port}/health"), Ct));

        // Twice: an upgrade that changes nothing is one, too.
        for (var time = 0; time < 2; time++)
        {
            using var migrate = Service.Start("Monit.Api", Path.Combine(_folder, $"migrate-{time}"), settings, ["migrate"]);
            Assert.Equal(0, await migrate.ExitAsync(Patience));
        }

        await Eventually.True(async () =>
        {
            try
            {
                return (await http.GetAsync(new Uri($"http://127.0.0.1:{port}/health"), Ct)).StatusCode == HttpStatusCode.OK;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, "the API is ready", 60);
        Assert.False(Directory.Exists(Path.Combine(home, ".aspnet")), "no key lies in the clear where nobody looks for it");
    }

    [Fact]
    public async Task Migrate_ThatTheDatabaseRefuses_EndsInOneLine()
    {
        var refused = new NpgsqlConnectionStringBuilder(await stores.NewDatabaseAsync()) { Username = "nobody_of_that_name" }.ConnectionString;
        Assert.Contains("nobody_of_that_name", await RefusalAsync("Monit.Api", Settings(refused, "unused", 0), "migrate"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Monit.Api", "ConnectionStrings__redis")]
    [InlineData("Monit.Worker", "ConnectionStrings__monitdb")]
    [InlineData("Monit.Alerts", "ConnectionStrings__monitdb")]
    public async Task MissingConnectionString_IsNamedInOneLine(string service, string setting)
    {
        var settings = Settings("Host=127.0.0.1;Port=1", "127.0.0.1:1", 0);
        settings.Remove(setting);
        Assert.Contains($"Set it, for example as the environment variable {setting}", await RefusalAsync(service, settings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Monit.Alerts", "ConnectionStrings__monitdb", "secret-without-a-key")]
    [InlineData("Monit.Worker", "ConnectionStrings__redis", "127.0.0.1:1,secret=hidden")]
    public async Task MalformedConnectionString_IsNamedInOneLine_AndNotPrinted(string service, string setting, string text)
    {
        var settings = Settings("Host=127.0.0.1;Port=1", "127.0.0.1:1", 0);
        settings[setting] = text;
        var error = await RefusalAsync(service, settings);
        Assert.StartsWith($"monit: {setting.Replace("__", ":", StringComparison.Ordinal)} cannot be read: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain(text, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StoppedWhileItWaitsForTheDatabase_EndsQuietly()
    {
        using var alerts = Service.Start("Monit.Alerts", _folder, Settings("Host=127.0.0.1;Port=1", "unused", 0));
        await SaysAsync(alerts, "Not starting yet: ");
        alerts.Signal("TERM");
        Assert.Equal(0, await alerts.ExitAsync(Patience));
        Assert.DoesNotContain("   at ", await File.ReadAllTextAsync(alerts.LogFile, Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongSetting_IsNamedInOneLine()
    {
        var settings = Settings("Host=127.0.0.1;Port=1", "127.0.0.1:1", 0);
        settings["Scheduler__BatchSize"] = "0";
        Assert.Equal("monit: Scheduler:BatchSize must be between 1 and 2000.", await RefusalAsync("Monit.Worker", settings));
    }

    [Theory]
    [InlineData("Monit.Api")]
    [InlineData("Monit.Worker")]
    [InlineData("Monit.Alerts")]
    public async Task ShortDataProtectionKey_SaysHowToMakeOne(string service)
    {
        var settings = Settings("Host=127.0.0.1;Port=1", "127.0.0.1:1", 0);
        settings["DataProtection__Key"] = "short";
        var line = await RefusalAsync(service, settings);
        Assert.StartsWith("monit: DataProtection:Key must have at least 32 characters", line, StringComparison.Ordinal);
        Assert.Contains("openssl rand -base64 32", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongDataProtectionKey_IsNamedInOneLine()
    {
        var settings = Settings(await stores.NewDatabaseAsync(), "unused", Server.FreePort());
        using (var alerts = Service.Start("Monit.Alerts", Path.Combine(_folder, "first"), settings))
            await SaysAsync(alerts, "Now listening on");
        settings["DataProtection__Key"] = "another key of at least 32 characters";
        Assert.StartsWith("monit: DataProtection:Key is not the one", await RefusalAsync("Monit.Alerts", settings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Monit.Api")]
    [InlineData("Monit.Worker")]
    [InlineData("Monit.Alerts")]
    public async Task Version_IsPrinted(string service)
    {
        using var process = Service.Start(service, _folder, [], ["--version"]);
        Assert.Equal(0, await process.ExitAsync(Patience));
        Assert.Equal($"Monit {Core.Product.Version}", (await File.ReadAllTextAsync(process.LogFile, Ct)).Trim());
        Assert.Matches(@"^\d+\.\d+\.\d+$", Core.Product.Version);
    }

    private async Task<string> RefusalAsync(string service, Dictionary<string, string> settings, params string[] arguments)
    {
        using var process = Service.Start(service, _folder, settings, arguments);
        Assert.Equal(1, await process.ExitAsync(Patience));
        var line = Assert.Single((await File.ReadAllTextAsync(process.LogFile, Ct)).Trim().Split('\n'));
        Assert.StartsWith("monit: ", line, StringComparison.Ordinal);
        return line;
    }

    private static async Task SaysAsync(Server service, string text) => await Eventually.True(
        async () => File.Exists(service.LogFile) && (await File.ReadAllTextAsync(service.LogFile)).Contains(text, StringComparison.Ordinal), $"the service says '{text}'");

    private static Dictionary<string, string> Settings(string database, string redis, int port) => new()
    {
        ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
        ["ConnectionStrings__redis"] = redis,
        ["ConnectionStrings__monitdb"] = database,
        ["Scheduling__KeyPrefix"] = LocalStores.NewPrefix(),
        ["Auth__Secret"] = Key,
        ["Alerts__Key"] = Key,
        ["DataProtection__Key"] = Key,
        ["services__alerts__http__0"] = "http://127.0.0.1:1",
    };
}
