using System.Diagnostics;
using System.Text.Json;

namespace Monit.AppHost.Tests;

/// <summary>What <c>azd</c> reads: the manifest that the AppHost writes instead of running.</summary>
public sealed class ManifestTests
{
    private const string Password = "a-password-that-nobody-may-read";

    [Fact]
    public async Task Manifest_ShowsTheApiAlone_AndNoSecret()
    {
        var text = await PublishAsync("--Smtp:Host=smtp.example.org", $"--Smtp:Password={Password}");
        var resources = JsonDocument.Parse(text).RootElement.GetProperty("resources");

        Assert.DoesNotContain(Password, text, StringComparison.Ordinal);
        Assert.Equal("{smtp-password.value}", Setting(resources, "alerts", "Smtp__Password"));
        Assert.Equal("{jwt-secret.value}", Setting(resources, "api", "Auth__Secret"));
        Assert.Equal("{alerts-key.value}", Setting(resources, "alerts", "Alerts__Key"));
        Assert.Equal("{alerts-key.value}", Setting(resources, "worker", "Alerts__Key"));
        foreach (var secret in (string[])["jwt-secret", "alerts-key", "smtp-password"])
            Assert.True(resources.GetProperty(secret).GetProperty("inputs").GetProperty("value").GetProperty("secret").GetBoolean(), secret);

        Assert.Equal(["api"], External(resources));
        Assert.Contains("{monitdb.connectionString}", Setting(resources, "worker", "ConnectionStrings__monitdb"), StringComparison.Ordinal);
        Assert.False(resources.TryGetProperty("mailpit", out _), "the development inbox is not published");
        Assert.False(resources.GetProperty("api").GetProperty("env").TryGetProperty("Monitors__FreeQuota", out _), "nor is the demo's quota");
    }

    [Fact]
    public async Task Compose_KeepsItsRedisDurable_AndShowsTheApiAlone()
    {
        var text = await PublishAsync("--Publish:Target=compose");
        var resources = JsonDocument.Parse(text).RootElement.GetProperty("resources");

        var redis = resources.GetProperty("redis");
        var start = redis.GetProperty("args")[1].GetString();
        Assert.EndsWith("--appendonly yes --maxmemory-policy noeviction", start, StringComparison.Ordinal);
        Assert.Equal("/data", redis.GetProperty("volumes")[0].GetProperty("target").GetString());
        Assert.Equal(["api"], External(resources));
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
            // Beside the AppHost, not beside this test, lies what it needs to run; both are of one configuration.
            var built = new DirectoryInfo(AppContext.BaseDirectory);
            var start = new ProcessStartInfo("dotnet", [
                Path.Combine(Projects.Monit_AppHost.ProjectPath, "bin", built.Parent!.Name, built.Name, "Monit.AppHost.dll"),
                "--operation", "publish", "--publisher", "manifest", "--output-path", manifest, .. settings])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = Projects.Monit_AppHost.ProjectPath,
            };
            using var publish = Process.Start(start)!;
            var ct = TestContext.Current.CancellationToken;
            var error = publish.StandardError.ReadToEndAsync(ct);
            var output = await publish.StandardOutput.ReadToEndAsync(ct);
            await publish.WaitForExitAsync(ct);
            Assert.True(File.Exists(manifest), $"exit {publish.ExitCode}: {output}{await error}");
            return await File.ReadAllTextAsync(manifest, ct);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
