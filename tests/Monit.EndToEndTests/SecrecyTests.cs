using System.Runtime.Versioning;
using System.Text.Json;
using Monit.Core.Users;
using Monit.Testing;

namespace Monit.EndToEndTests;

[UnsupportedOSPlatform("windows")]
public sealed class SecrecyTests
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private static readonly string[] LogCategories = ["Default", "Microsoft", "System"];

    [Fact]
    public async Task ApiReference_ShowsOnlyWhatIsForUsers_AndFetchesNothingFromElsewhere()
    {
        await using var monit = new Installation();
        var url = (await monit.StartAsync()).Url;
        using var http = new HttpClient();

        var document = JsonDocument.Parse(await http.GetStringAsync(new Uri($"{url}/openapi/v1.json"), TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal(Core.Product.Version, document.GetProperty("info").GetProperty("version").GetString());
        var paths = document.GetProperty("paths").EnumerateObject().Select(path => path.Name).ToList();
        Assert.Contains("/api/v1/monitors", paths);
        Assert.DoesNotContain("/api/v1/alerts", paths);

        var page = await http.GetStringAsync(new Uri($"{url}/docs/"), TestContext.Current.CancellationToken);
        Assert.Contains("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_AreTheOwnersAlone_AndNoSecretIsPrinted()
    {
        await using var target = new ScriptedTarget();
        await using var monit = new Installation();
        foreach (var category in LogCategories)
            monit.Settings[$"Logging__LogLevel__{category}"] = "Debug";
        // An existing folder keeps its permissions; the files that Monit creates in it are readable by their owner only.
        Directory.CreateDirectory(monit.Data, Others | UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(Path.Combine(monit.Data, "monit.db"), "", TestContext.Current.CancellationToken);

        monit.Settings["HOME"] = monit.Temporary;
        var process = await monit.StartAsync();
        using var user = await User.RegisterAsync(process.Url);
        await user.StateAsync(await user.AddMonitorAsync(target.Url), "up");
        Assert.Contains(process.Output, line => line == $"Monit listens on {process.Url} and keeps its data in {monit.Data}");

        var keyRing = Directory.GetFiles(Path.Combine(monit.Data, "keys"));
        Assert.Single(keyRing);
        string[] files = [.. Directory.GetFiles(monit.Data), .. keyRing];
        Assert.Contains(Path.Combine(monit.Data, "keys.json"), files);
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        Assert.All(Directory.GetDirectories(monit.Data).Concat(Directory.GetDirectories(monit.Temporary)), folder => Assert.Equal(default, File.GetUnixFileMode(folder) & Others));

        // Where ASP.NET would keep its key ring by default.
        Assert.False(Directory.Exists(Path.Combine(monit.Temporary, ".aspnet")));

        await process.TerminateAsync();
        Assert.Equal(0, await process.ExitAsync());
        using var keys = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(monit.Data, "keys.json"), TestContext.Current.CancellationToken));
        string[] secrets = [.. keys.RootElement.EnumerateObject().Select(key => key.Value.GetString()!), user.Password, user.Token];
        Assert.Equal(4, secrets.Length);
        Assert.Contains(process.Output, line => line.StartsWith("dbug: ", StringComparison.Ordinal));
        Assert.All(secrets, secret => Assert.DoesNotContain(process.Output.Concat(process.Errors),
            line => line.Contains(secret, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task SecretsOfMonitors_AreInNoAnswerNoLogAndNoFile()
    {
        await using var target = new ScriptedTarget();
        await using var monit = new Installation();
        foreach (var category in LogCategories)
            monit.Settings[$"Logging__LogLevel__{category}"] = "Trace";
        var process = await monit.StartAsync();
        using var user = await User.RegisterAsync(process.Url);
        string[] secrets = ["hush-password-4711", "hush-key-4712", "hush-token-4713", "hush-cookie-4714"];
        await user.StateAsync(await user.AddMonitorAsync(target.Url, request: new
        {
            headers = new Dictionary<string, string> { ["X-Api-Key"] = secrets[1], ["X-Token"] = secrets[2], ["Cookie"] = secrets[3] },
            secret_headers = (string[])["x-token"], auth = new { basic = new { user = "monit", password = secrets[0] } },
        }), "up");
        string[] answers = [await user.ReadAsync("monitors"), await user.ReadAsync("monitors?sort=state"), await user.ReadAsync("incidents")];
        Assert.Contains("\"password\":\"***\"", answers[0], StringComparison.Ordinal);

        await process.TerminateAsync();
        Assert.Equal(0, await process.ExitAsync());
        Assert.Contains(process.Output, line => line.StartsWith("trce: ", StringComparison.Ordinal));
        string[] files = Directory.GetFiles(monit.Data, "*", SearchOption.AllDirectories);
        Assert.Contains(files, file => file.EndsWith("monit.db", StringComparison.Ordinal));
        var texts = answers.Concat(process.Output).Concat(process.Errors).Concat(files.Select(file => System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file)))).ToList();
        Assert.All(secrets, secret => Assert.DoesNotContain(texts, text =>
            text.Contains(secret, StringComparison.Ordinal) || text.Contains(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"monit:{secret}")), StringComparison.Ordinal)));
    }
}
