using System.Diagnostics;
using System.Text.Json;
using Monit.Check;
using Monit.Testing;

namespace Monit.Probes.Tests.Check;

/// <summary>
/// <c>./monit check</c> says what came and ends as it says it does; nothing of the target reaches the terminal as it is, and no secret of the
/// command line is printed.
/// </summary>
public sealed class CheckCommandTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(200, 0, "up", "--assert", "status in 200-299")]
    [InlineData(200, 0, "degraded", "-a", "body contains nothing (degraded)")]
    [InlineData(200, 1, "down", "--assert", "body contains nothing")]
    [InlineData(404, 1, "down")]
    [InlineData(404, 0, "up", "--expect", "404")]
    [InlineData(404, 0, "up", "--expect", "any")]
    [InlineData(404, 0, "up", "--assert", "status eq 404")]
    [InlineData(404, 1, "down", "--expect", "200", "--assert", "status eq 404")]
    [InlineData(200, 0, "up", "-4", "--timeout", "5")]
    public async Task Ending_SaysWhetherItCountsAsUp(int status, int code, string state, params string[] options)
    {
        await using var target = new ScriptedTarget { Answer = ScriptedTarget.Status(status) };
        var (ended, output, errors) = await RunAsync([target.Url, .. options]);
        Assert.Equal((code, ""), (ended, errors));
        Assert.Equal(state, Value(output, "state"));
        Assert.StartsWith($"{status}", Value(output, "status"), StringComparison.Ordinal);

        (ended, output, errors) = await RunAsync([target.Url, "--json", .. options]);
        Assert.Equal((code, ""), (ended, errors));
        var report = JsonSerializer.Deserialize<JsonElement>(output);
        Assert.Equal((state, code == 0, status), (report.GetProperty("state").GetString(), report.GetProperty("success").GetBoolean(), report.GetProperty("http_status").GetInt32()));
        Assert.DoesNotContain('\n', output.TrimEnd());
    }

    [Theory]
    [InlineData("json $.ok eq true", "ok: json $.ok eq true, got true")]
    [InlineData("json $.ok in [true,null]", "ok: json $.ok in [true,null], got true")]
    [InlineData("status in 200-299", "ok: status in 200-299, got 200")]
    [InlineData("json $.ok eq \"x\" (degraded)", "degraded: json $.ok eq x, got true")]
    public async Task Assertion_IsShownAsItIsWritten(string asserted, string shown)
    {
        await using var target = new ScriptedTarget { Answer = ScriptedTarget.Status(200, body: "{\"ok\": true}") };
        var (_, output, _) = await RunAsync([target.Url, "--assert", asserted]);
        Assert.Equal(shown, Value(output, "assertions"));
    }

    [Theory]
    [InlineData("URL")]
    [InlineData("URL", "ftp://127.0.0.1/")]
    [InlineData("URL", "127.0.0.1")]
    [InlineData("URL", "http://user:password@127.0.0.1/")]
    [InlineData("--bogus", "http://127.0.0.1/", "--bogus")]
    [InlineData("http://b.example/", "http://a.example/", "http://b.example/")]
    [InlineData("--assert", "http://127.0.0.1/", "--assert", "status in")]
    [InlineData("--assert", "http://127.0.0.1/", "-a", "nonsense")]
    [InlineData("--assert", "http://127.0.0.1/", "--assert")]
    [InlineData("--header", "http://127.0.0.1/", "--header", "no colon")]
    [InlineData("--header", "http://127.0.0.1/", "-H", "A: 1", "-H", "a: 2")]
    [InlineData("--user", "http://127.0.0.1/", "--user", "ada")]
    [InlineData("--user and --bearer", "http://127.0.0.1/", "--user", "ada:x", "--bearer", "y")]
    [InlineData("--http must be 1.1 or 2", "http://127.0.0.1/", "--http", "3")]
    [InlineData("--ca", "http://127.0.0.1/", "--ca", "/no/such/file")]
    [InlineData("--cert and --key", "http://127.0.0.1/", "--cert", "/dev/null")]
    [InlineData("--timeout must be from 1 to 60", "http://127.0.0.1/", "--timeout", "61")]
    [InlineData("--timeout must be from 1 to 60", "http://127.0.0.1/", "-t", "soon")]
    [InlineData("--min-days must be from 0 to 3650", "http://127.0.0.1/", "--min-days", "-1")]
    [InlineData("--expect", "http://127.0.0.1/", "--expect", "600")]
    [InlineData("-4 and -6", "http://127.0.0.1/", "-4", "-6")]
    public async Task Line_ThatIsWrong_EndsWith2AndSaysWhatIsWrong(string named, params string[] args)
    {
        var (ended, output, errors) = await RunAsync(args);
        Assert.Equal((2, ""), (ended, output));
        Assert.Contains(named, errors, StringComparison.Ordinal);
        Assert.StartsWith("monit check: ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_NamesTheOptions()
    {
        var (ended, output, _) = await RunAsync("--help");
        Assert.Equal(0, ended);
        foreach (var option in (string[])["--assert", "--method", "--header", "--data", "--user", "--bearer", "--no-redirects", "--http", "--ca", "--cert", "--key", "--insecure", "-4", "-6", "--timeout", "--min-days", "--expect", "--json", "private"])
            Assert.Contains(option, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MetadataService_IsRefused_AlthoughPrivateTargetsAreAllowed() =>
        Assert.Equal("BLOCKED_TARGET", Value((await RunAsync("http://169.254.169.254/")).Output, "reason"));

    [Fact]
    public async Task Target_CannotWriteToTheTerminal()
    {
        const string Evil = "a\u001b[31mb\u001b]0;title\u0007c\u009b2Jd\u202ee\u200bf\rg\u0008h[red]i[/]";
        await using var target = new ScriptedTarget();
        target.Answer = async (stream, _, ct) =>
        {
            var body = System.Text.Encoding.UTF8.GetBytes($"{Evil}\n{Evil}");
            await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nX-Evil: a\u009b31mb\r\nContent-Length: {body.Length}\r\n\r\n"), ct);
            await stream.WriteAsync(body, ct);
            return false;
        };
        foreach (var options in (string[][])[["--assert", "body eq x"], ["--json", "--assert", "body eq x"], ["--assert", "header x-evil eq x"]])
        {
            var (ended, output, errors) = await RunAsync([target.Url, .. options]);
            Assert.Equal((1, ""), (ended, errors));
            Assert.DoesNotContain(output, c => (char.IsControl(c) && c != '\n') || c is '\u202e' or '\u200b');
        }
    }

    [Fact]
    public async Task Terminal_KeepsWhatIsHarmless()
    {
        Assert.Equal("grün 𝄞 [red]x[/]", Terminal.Line("grün 𝄞 [red]x[/]"));
        Assert.Equal("a b\ufffdc", Terminal.Line("a\nb\u001bc"));
        Assert.Equal("a\nb", Terminal.Lines("a\r\nb"));
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Process_IsInterrupted_EndsAndSaysSo()
    {
        await using var target = new ScriptedTarget { Answer = ScriptedTarget.Stall() };
        foreach (var (signal, code) in ((string, int)[])[("INT", 130), ("TERM", 143)])
        {
            var before = target.Requests.Count;
            using var process = Start(target.Url, "--timeout", "60", "--json");
            await Eventually.True(() => target.Requests.Count > before, "the check is running");
            using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
            await process.WaitForExitAsync(Ct);
            Assert.Equal((code, ""), (process.ExitCode, await process.StandardOutput.ReadToEndAsync(Ct)));
            Assert.Contains("interrupted", await process.StandardError.ReadToEndAsync(Ct), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Process_WhoseOutputIsNoTerminal_PrintsPlainLines()
    {
        await using var target = new ScriptedTarget { Answer = ScriptedTarget.Status(200, body: new string('x', 150)) };
        using var process = Start(target.Url);
        var output = await process.StandardOutput.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);
        Assert.Equal(0, process.ExitCode);
        Assert.Equal("up", Value(output, "state"));
        Assert.DoesNotContain(output, c => char.IsControl(c) && c != '\n');
    }

    [Fact]
    public async Task Setting_OfTheEnvironmentThatIsWrong_SaysNothingAboutTheTarget()
    {
        var start = Describe("http://127.0.0.1:9/");
        start.Environment["Executor__HttpSemaphoreCount"] = "1";
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(Ct);
        Assert.Equal((1, ""), (process.ExitCode, await process.StandardOutput.ReadToEndAsync(Ct)));
        Assert.Contains("nothing is known about the target", await process.StandardError.ReadToEndAsync(Ct), StringComparison.Ordinal);
    }

    private static async Task<(int Ended, string Output, string Errors)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        return (await CheckCommand.RunAsync(args, output, errors), output.ToString(), errors.ToString());
    }

    private static Process Start(params string[] args) => Process.Start(Describe(args))!;

    private static ProcessStartInfo Describe(params string[] args) =>
        new("dotnet", [Path.Combine(AppContext.BaseDirectory, "Monit.Check.dll"), .. args]) { RedirectStandardOutput = true, RedirectStandardError = true };

    private static string Value(string output, string name) =>
        output.Split('\n').First(line => line.StartsWith($"{name} ", StringComparison.Ordinal))[name.Length..].Trim();
}
