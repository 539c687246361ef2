using System.Net;
using Monit.Testing;

namespace Monit.EndToEndTests;

/// <summary>A data folder that cannot be used is named, with what is wrong with it; one that fills up shows in /health.</summary>
public sealed class DataFolderProblemTests
{
    [Fact]
    public async Task ReadOnly_IsNamed_AndNotTakenForAnotherMonit()
    {
        await using var monit = new Installation();
        await (await monit.StartAsync()).KillAsync();

        var error = await monit.RefusalAsync(Mounted("-o bind", monit.Data, monit.Data, " && mount -o remount,bind,ro \"$FOLDER\""));

        Assert.Contains(monit.Data, error, StringComparison.Ordinal);
        Assert.Contains("Read-only file system", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Another Monit", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FullDisk_IsNamed()
    {
        await using var monit = new Installation();
        Directory.CreateDirectory(monit.Data);

        var error = await monit.RefusalAsync(Mounted("-t tmpfs -o size=16k", "tmpfs", monit.Data));

        Assert.Contains(monit.Data, error, StringComparison.Ordinal);
        Assert.Matches("No space left on device|is full", error);
    }

    [Theory]
    [InlineData("no database at all")]
    [InlineData("SQLite format 3\0 and then nothing that makes sense")]
    public async Task DamagedDatabase_IsNamed_AndLeftAsItIs(string content)
    {
        await using var monit = new Installation();
        Directory.CreateDirectory(monit.Data);
        var database = Path.Combine(monit.Data, "monit.db");
        var damaged = string.Concat(Enumerable.Repeat(content, 200));
        await File.WriteAllTextAsync(database, damaged, TestContext.Current.CancellationToken);

        var error = await monit.RefusalAsync();

        Assert.Contains(database, error, StringComparison.Ordinal);
        Assert.Contains("damaged", error, StringComparison.Ordinal);
        Assert.Equal(damaged, await File.ReadAllTextAsync(database, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task FolderThatIsAFile_IsNamed()
    {
        await using var monit = new Installation();
        await File.WriteAllTextAsync(monit.Data, "", TestContext.Current.CancellationToken);

        Assert.Contains(monit.Data, await monit.RefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DiskThatFillsUp_MakesHealthBad_AndGoodAgainWhenThereIsRoom()
    {
        await using var monit = new Installation();
        Directory.CreateDirectory(monit.Data);
        var process = monit.Launch(Mounted("-t tmpfs -o size=24m", "tmpfs", monit.Data));
        await process.ListeningAsync();
        using var http = new HttpClient();
        await HealthAsync(HttpStatusCode.OK);

        // Seen from inside the process' own mounts.
        var filler = $"/proc/{await process.PidAsync()}/root{monit.Data}/filler";
        Server.Run("/bin/sh", "-c", $"dd if=/dev/zero of={filler} bs=64k 2>/dev/null; true");
        await HealthAsync(HttpStatusCode.ServiceUnavailable);
        Assert.Contains(monit.Data, await (await http.GetAsync(new Uri($"{process.Url}/health?details"), TestContext.Current.CancellationToken))
            .Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        File.Delete(filler);
        await HealthAsync(HttpStatusCode.OK);

        Task HealthAsync(HttpStatusCode expected) => Eventually.True(async () =>
        {
            using var answer = await http.GetAsync(new Uri($"{process.Url}/health"), TestContext.Current.CancellationToken);
            return answer.StatusCode == expected;
        }, $"/health answers {expected}");
    }

    /// <summary>Runs Monit with something mounted on its data folder, which nobody else sees.</summary>
    private static string[] Mounted(string options, string source, string folder, string then = "")
    {
        if (Environment.UserName != "root" || Server.Find("unshare", "/usr/bin") is not { } unshare)
        {
            Assert.Skip("Mounting a folder of its own needs root and unshare.");
            throw new InvalidOperationException();
        }
        return [unshare, "--mount", "/bin/sh", "-c", $"FOLDER='{folder}'; mount {options} '{source}' '{folder}'{then} && exec \"$@\"", "sh"];
    }
}
