using System.Net;
using System.Net.Http.Json;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Monit.Core.Users;

namespace Monit.EndToEndTests;

/// <summary>A Standalone that others can reach, or whose files they can read, is not theirs; and its owner is not locked out.</summary>
[UnsupportedOSPlatform("windows")]
public sealed partial class ExposureTests
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OnEveryAddress_TheFirstAccountNeedsThePrintedToken_AndTheRiskIsSaid()
    {
        await using var monit = new Installation();
        monit.Settings["ASPNETCORE_URLS"] = "http://0.0.0.0:0";
        monit.Settings["Logging__LogLevel__Default"] = monit.Settings["Logging__LogLevel__Microsoft"] = "Debug";
        var process = await monit.StartAsync();
        await process.SaysAsync("private targets are allowed");
        await process.SaysAsync("setup_token");
        var token = Printed().Match(process.Everything).Groups[1].Value;
        Assert.NotEmpty(token);

        Assert.Equal(HttpStatusCode.BadRequest, await RegisterAsync(process, null));
        Assert.Equal(HttpStatusCode.Forbidden, await RegisterAsync(process, "0123456789abcdef0123456789abcdef"));
        Assert.Equal(HttpStatusCode.Created, await RegisterAsync(process, token));
        Assert.Equal(HttpStatusCode.Forbidden, await RegisterAsync(process, token));
        Assert.Single(process.Output, line => line.Contains(token, StringComparison.Ordinal));
        await process.KillAsync();

        var again = await monit.StartAsync();
        await again.SaysAsync("private targets are allowed");
        Assert.DoesNotContain(token, again.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OnLoopback_TheFirstAccountNeedsNothing_AndThereIsNoSecond()
    {
        await using var monit = new Installation();
        var process = await monit.StartAsync();
        Assert.DoesNotContain("setup token", process.Everything, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Created, await RegisterAsync(process, null));
        Assert.Equal(HttpStatusCode.Forbidden, await RegisterAsync(process, null));
    }

    [Fact]
    public async Task EndpointBetweenServices_IsNotThere()
    {
        await using var monit = new Installation();
        var process = await monit.StartAsync();
        using var http = new HttpClient();
        using var answer = await http.PostAsJsonAsync(new Uri($"{process.Url}/api/v1/alerts"), new { alert_id = Guid.Empty }, Ct);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task LockedOutOwner_GetsANewPassword_AlsoWhileMonitRuns()
    {
        await using var monit = new Installation();
        Assert.Contains(monit.Data, await ResetAsync(monit, "ada@example.org", works: false), StringComparison.Ordinal);
        var process = await monit.StartAsync();
        using var user = await User.RegisterAsync(process.Url);

        Assert.Equal("monit: There is no account with the email bob@example.org.", await ResetAsync(monit, "bob@example.org", works: false));
        Assert.Contains("reset-password ada@example.com", await ResetAsync(monit, "", works: false), StringComparison.Ordinal);
        var password = NewPassword().Match(await ResetAsync(monit, "ADA@example.org", works: true)).Groups[1].Value;
        Assert.Equal(HttpStatusCode.Unauthorized, await LogInAsync(process, user.Password));
        Assert.Equal(HttpStatusCode.OK, await LogInAsync(process, password));

        await process.KillAsync();
        password = NewPassword().Match(await ResetAsync(monit, "ada@example.org", works: true)).Groups[1].Value;
        Assert.Equal(HttpStatusCode.OK, await LogInAsync(await monit.StartAsync(), password));
    }

    [Fact]
    public async Task Password_InEitherForm_LogsIn_AlsoWhereNetKnowsNoUnicodeForms()
    {
        await using var monit = new Installation();
        monit.Settings["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";
        var process = await monit.StartAsync();
        Assert.Equal(HttpStatusCode.Created, await RegisterAsync(process, null, "pa\u0308sswo\u0308rd"));
        Assert.Equal(HttpStatusCode.OK, await LogInAsync(process, "pässwörd"));
        Assert.Equal(HttpStatusCode.OK, await LogInAsync(process, "pa\u0308sswo\u0308rd"));
    }

    [Fact]
    public async Task Files_ThatOthersCouldRead_AreMended_AndItIsSaid()
    {
        await using var monit = new Installation();
        await (await monit.StartAsync()).KillAsync();
        var keyRing = Path.Combine(monit.Data, "keys");
        string[] files = [Path.Combine(monit.Data, "keys.json"), Path.Combine(monit.Data, "monit.db"), .. Directory.GetFiles(keyRing)];
        foreach (var file in files)
            File.SetUnixFileMode(file, Owner | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        File.SetUnixFileMode(keyRing, Owner | UnixFileMode.UserExecute | UnixFileMode.GroupWrite | UnixFileMode.OtherExecute);

        var process = await monit.StartAsync();
        foreach (var path in files.Append(keyRing))
            await process.SaysAsync($"{path} was open to others");
        Assert.All(files, file => Assert.Equal(Owner, File.GetUnixFileMode(file)));
        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(keyRing));
        await process.KillAsync();

        var again = await monit.StartAsync();
        Assert.DoesNotContain("open to others", again.Everything, StringComparison.Ordinal);
    }

    // "Every address" is none that can be asked.
    private static Uri At(MonitProcess monit, string path) =>
        new($"{monit.Url.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)}/api/v1/users/{path}");

    private static async Task<HttpStatusCode> RegisterAsync(MonitProcess monit, string? token, string password = "correct horse")
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsJsonAsync(At(monit, "register"),
            new { name = "Ada Lovelace", email = "ada@example.org", password, setup_token = token }, Ct);
        return answer.StatusCode;
    }

    private static async Task<HttpStatusCode> LogInAsync(MonitProcess monit, string password)
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsJsonAsync(At(monit, "login"), new { email = "ada@example.org", password }, Ct);
        return answer.StatusCode;
    }

    /// <summary>Runs the command, and returns what it prints.</summary>
    private static async Task<string> ResetAsync(Installation monit, string email, bool works)
    {
        var process = monit.Launch("/bin/sh", "-c", $"exec \"$@\" reset-password {email}", "sh");
        Assert.Equal(works ? 0 : 1, await process.ExitAsync());
        return process.Everything;
    }

    [GeneratedRegex(@"setup token ([0-9a-f]{32})\b")]
    private static partial Regex Printed();

    [GeneratedRegex(@"The new password of ada@example\.org is (\w{20})")]
    private static partial Regex NewPassword();
}
