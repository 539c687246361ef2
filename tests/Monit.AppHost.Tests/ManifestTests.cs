using System.Diagnostics;
using System.Text.Json;
using Monit.Storage.Sql;

namespace Monit.AppHost.Tests;

/// <summary>What <c>azd</c> reads: the manifest that the AppHost writes instead of running.</summary>
public sealed class ManifestTests
{
    private const string Password = "a-password-that-nobody-may-read";

    [Fact]
    public async Task Manifest_ShowsTheApiAlone_AndNoSecret()
    {
        var text = await PublishAsync("--Smtp:Host=smtp.example.org", "--Smtp:Port=2525", $"--Smtp:Password={Password}", "--PublicUrl=https://monit.example.org");
        var resources = JsonDocument.Parse(text).RootElement.GetProperty("resources");

        Assert.DoesNotContain(Password, text, StringComparison.Ordinal);
        Assert.Equal("{smtp-password.value}", Setting(resources, "alerts", "Smtp__Password"));
        Assert.Equal("{smtp-host.value}", Setting(resources, "alerts", "Smtp__Host"));
        Assert.Equal("2525", Setting(resources, "alerts", "Smtp__Port"));
        Assert.Equal("{public-url.value}", Setting(resources, "alerts", "PublicUrl"));
        Assert.False(resources.GetProperty("alerts").GetProperty("env").TryGetProperty("Alerts__ConfirmAddresses", out _), "addresses are confirmed in deployments");
        Assert.Equal("{jwt-secret.value}", Setting(resources, "api", "Auth__Secret"));
        Assert.Equal("{alerts-key.value}", Setting(resources, "alerts", "Alerts__Key"));
        Assert.Equal("{alerts-key.value}", Setting(resources, "worker", "Alerts__Key"));
        foreach (var service in (string[])["api", "worker", "alerts"])
            Assert.Equal("{data-protection-key.value}", Setting(resources, service, "DataProtection__Key"));
        foreach (var secret in (string[])["jwt-secret", "alerts-key", "data-protection-key", "smtp-password"])
            Assert.True(resources.GetProperty(secret).GetProperty("inputs").GetProperty("value").GetProperty("secret").GetBoolean(), secret);

        Assert.Equal(["api"], External(resources));
        Assert.Contains("{monitdb.connectionString}", Setting(resources, "worker", "ConnectionStrings__monitdb"), StringComparison.Ordinal);
        Assert.False(resources.TryGetProperty("mailpit", out _), "the development inbox is not published");
        Assert.False(resources.GetProperty("api").GetProperty("env").TryGetProperty("Monitors__FreeQuota", out _), "nor is the demo's quota");
    }

    [Fact]
    public async Task Manifest_WithoutATarget_AsksForTheStores_AndMigratesByItself()
    {
        var resources = JsonDocument.Parse(await PublishAsync()).RootElement.GetProperty("resources");

        foreach (var store in (string[])["redis", "monitdb"])
        {
            Assert.Equal("parameter.v0", resources.GetProperty(store).GetProperty("type").GetString());
            Assert.True(resources.GetProperty(store).GetProperty("inputs").GetProperty("value").GetProperty("secret").GetBoolean(), store);
        }
        Assert.Equal("migrate", resources.GetProperty("migrations").GetProperty("args")[0].GetString());
        Assert.Equal(["ConnectionStrings__monitdb"],
            resources.GetProperty("migrations").GetProperty("env").EnumerateObject().Select(setting => setting.Name)
                .Where(name => !name.StartsWith("OTEL_", StringComparison.Ordinal)));
        Assert.False(resources.TryGetProperty("redis-server", out _), "processes of this machine are not published");
    }

    [Theory]
    [InlineData("PublishTargets=azure", "--operation", "publish", "--step", "publish")]
    [InlineData("PublishTargets=compose", "--operation", "publish", "--publisher", "manifest", "--Publish:Target", "compose")]
    public async Task Publish_ToATargetThatIsNotCompiledIn_IsRefusedInOneLine(string named, params string[] arguments)
    {
        var (exitCode, _, error) = await RunAsync(arguments);

        Assert.Equal(1, exitCode);
        Assert.StartsWith("monit: ", error, StringComparison.Ordinal);
        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.Single(error.Trim().Split('\n'));
    }

    private static string Setting(JsonElement resources, string service, string name) =>
        resources.GetProperty(service).GetProperty("env").GetProperty(name).GetString()!;

    private static IEnumerable<string> External(JsonElement resources) => resources.EnumerateObject()
        .Where(resource => resource.Value.TryGetProperty("bindings", out var bindings) && bindings.EnumerateObject()
            .Any(binding => binding.Value.TryGetProperty("external", out var external) && external.GetBoolean()))
        .Select(resource => resource.Name);

    private static async Task<string> PublishAsync(params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("monit-manifest-");
        try
        {
            var manifest = Path.Combine(folder.FullName, "manifest.json");
            var ran = await RunAsync(["--operation", "publish", "--publisher", "manifest", "--output-path", manifest, .. settings]);
            Assert.True(File.Exists(manifest), $"{ran}");
            return await File.ReadAllTextAsync(manifest, TestContext.Current.CancellationToken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(string[] arguments)
    {
        // Beside the AppHost, not beside this test, lies what it needs to run; both are of one configuration.
        var built = new DirectoryInfo(AppContext.BaseDirectory);
        var start = new ProcessStartInfo("dotnet",
            [Path.Combine(Projects.Monit_AppHost.ProjectPath, "bin", built.Parent!.Name, built.Name, "Monit.AppHost.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Projects.Monit_AppHost.ProjectPath,
        };
        using var process = Process.Start(start)!;
        var ct = TestContext.Current.CancellationToken;
        var error = process.StandardError.ReadToEndAsync(ct);
        var output = await process.StandardOutput.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        return (process.ExitCode, output, await error);
    }
}
