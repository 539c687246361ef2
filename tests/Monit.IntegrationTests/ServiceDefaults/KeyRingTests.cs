using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Monit.Core;
using Monit.IntegrationTests.Alerts;
using Monit.ServiceDefaults;
using Monit.ServiceDefaults.KeyRing;
using Monit.Standalone;
using Monit.Storage.Sql;
using Monit.Testing;

namespace Monit.IntegrationTests.ServiceDefaults;

/// <summary>The keys of Data Protection: kept, shared, and unreadable without <c>DataProtection:Key</c>.</summary>
public sealed class KeyRingTests(LocalStores stores) : IAsyncDisposable
{
    private const string Key = "a key of the tests with 32 characters";
    private readonly List<WebApplication> _hosts = [];
    private readonly SqliteFile _file = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
            await host.DisposeAsync();
        _file.Dispose();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task ReplicasOnOneDatabase_ReadEachOthersCookies_AlsoAfterARestart(bool postgres)
    {
        var database = await DatabaseAsync(postgres);
        // Both find no key at their start.
        var both = await Task.WhenAll(StartAsync(database, Key), StartAsync(database, Key));
        var (one, two) = (Protector(both[0]), Protector(both[1]));
        var (ofOne, ofTwo) = (one.Protect("one"), two.Protect("two"));
        Assert.Equal(("one", "two"), (two.Unprotect(ofOne), one.Unprotect(ofTwo)));

        foreach (var host in both)
            await host.StopAsync(Ct);
        var later = Protector(await StartAsync(database, Key));
        Assert.Equal(("one", "two"), (later.Unprotect(ofOne), later.Unprotect(ofTwo)));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Sql_HoldsNoKeyInTheClear(bool postgres)
    {
        var host = await StartAsync(await DatabaseAsync(postgres), Key);
        var secrets = host.Services.GetRequiredService<IOptions<KeyManagementOptions>>().Value.XmlRepository!.GetAllElements()
            .SelectMany(key => key.Descendants("masterKey")).Select(key => key.Value.Trim()).ToList();
        Assert.NotEmpty(secrets);
        Assert.All(secrets, secret => Assert.Equal(64, Convert.FromBase64String(secret).Length));

        await using var db = host.Services.GetRequiredService<IDbContextFactory<MonitDb>>().CreateDbContext();
        var rows = await db.DataProtectionKeys.ToListAsync(Ct);
        Assert.NotEmpty(rows);
        foreach (var row in rows)
        {
            var text = $"{row.Id} {row.Name} {row.Ciphertext} {row.CreatedAt:O}";
            Assert.All(secrets.Append("masterKey").Append("<"), secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
            var bytes = Convert.FromBase64String(row.Ciphertext[3..]);
            Assert.All(secrets, secret => Assert.Equal(-1, bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(secret))));
        }
    }

    [Fact]
    public async Task WrongKey_IsRefused_AndNamed()
    {
        var database = await DatabaseAsync(postgres: true);
        await StartAsync(database, Key);
        var refused = await Assert.ThrowsAsync<StartException>(() => StartAsync(database, Key + "."));
        Assert.StartsWith("DataProtection:Key is not the one", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public async Task ChangedRow_IsRefused()
    {
        var database = await DatabaseAsync(postgres: true);
        var host = await StartAsync(database, Key);
        await using (var db = host.Services.GetRequiredService<IDbContextFactory<MonitDb>>().CreateDbContext())
            await db.Database.ExecuteSqlRawAsync("UPDATE data_protection_keys SET ciphertext = 'v1.' || reverse(substr(ciphertext, 4))", Ct);
        await Assert.ThrowsAsync<StartException>(() => StartAsync(database, Key));
    }

    [Theory, InlineData(null), InlineData("")]
    public async Task MissingKey_LetsTheServiceStart_AndRefusesToProtect_WithAWayToMakeOne(string? key)
    {
        var host = await StartAsync(await DatabaseAsync(postgres: false), key);
        var refused = Assert.Throws<InvalidOperationException>(() => Protector(host));
        Assert.StartsWith("DataProtection:Key must have at least 32 characters", refused.Message, StringComparison.Ordinal);
        Assert.Contains("openssl rand -base64 32", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ShortKey_IsRefused_WithAWayToMakeOne()
    {
        var database = await DatabaseAsync(postgres: false);
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(database, "0123456789abcdef0123456789abcde"));
        Assert.StartsWith("DataProtection:Key must have at least 32 characters", Assert.Single(refused.Failures.Distinct()), StringComparison.Ordinal);
        Assert.Contains("openssl rand -base64 32", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DataFolder_KeepsTheKeys_ForItsOwnerAlone()
    {
        var path = Directory.CreateTempSubdirectory("monit-keys-").FullName;
        using (var data = DataFolder.Open(path))
        {
            var folder = data.CreateKeyRing();
            var first = await StartAsync(builder => builder.AddMonitDataProtection(folder));
            var cookie = Protector(first).Protect("cookie");
            await first.StopAsync(Ct);
            var second = await StartAsync(builder => builder.AddMonitDataProtection(data.CreateKeyRing()));
            Assert.Equal("cookie", Protector(second).Unprotect(cookie));

            Assert.StartsWith(path, folder, StringComparison.Ordinal);
            var file = Assert.Single(Directory.GetFiles(folder));
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }

            await File.WriteAllTextAsync(file, "<key", Ct);
            var refused = await Assert.ThrowsAsync<StartException>(() => StartAsync(builder => builder.AddMonitDataProtection(folder)));
            Assert.Contains("damaged", refused.Message, StringComparison.Ordinal);
        }
        Directory.Delete(path, recursive: true);
    }

    private static IDataProtector Protector(WebApplication host) => host.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("cookies");

    private async Task<Action<WebApplicationBuilder>> DatabaseAsync(bool postgres)
    {
        if (!postgres)
        {
            await _file.MigrateAsync();
            return builder => _file.Add(builder.Services);
        }
        var connection = await stores.NewDatabaseAsync();
        return builder => builder.Services.AddMonitDb<PostgresMonitDb>(options => options.UseMonitPostgres(connection));
    }

    private Task<WebApplication> StartAsync(Action<WebApplicationBuilder> database, string? key) => StartAsync(builder =>
    {
        builder.Configuration["DataProtection:Key"] = key;
        database(builder);
        builder.AddMonitDataProtection();
    });

    private async Task<WebApplication> StartAsync(Action<WebApplicationBuilder> add)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        add(builder);
        var host = builder.BuildValidated();
        _hosts.Add(host);
        await host.StartAsync(Ct);
        return host;
    }
}
