using Monit.Testing;

namespace Monit.EndToEndTests;

/// <summary>The services as they were at an earlier commit, built in a temporary folder.</summary>
internal sealed class PreviousBuild : IDisposable
{
    /// <summary>The last commit whose processes know only the first format of configurations.</summary>
    public const string OneFormat = "e1d2fa77364479fb4e29d156cb6be266365f1a95";

    /// <summary>The last commit that mails to any address, and before details of failures and spaced checks.</summary>
    public const string AnyAddress = "ef77a1adb1c8a5db6908299b57b39fb59e4458ba";

    /// <summary>The last commit whose checks send a GET and compare a number: before settings, assertions, severities and evidence.</summary>
    public const string PlainChecks = "655a3cd61a2c1c730ff2b199267183a1a46ef4cb";

    /// <summary>The last commit that forgets each result with the next.</summary>
    public const string NoHistory = "85bbb97ab18ab15d6a2d36fb8f94bd2c9557fc3a";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("monit-before-");

    public string Folder => _folder.FullName;

    /// <summary>Builds them; the test is skipped where the commit is not there, as in a shallow clone.</summary>
    public static PreviousBuild Make(string commit, params string[] projects)
    {
        var build = new PreviousBuild();
        try
        {
            var archive = Path.Combine(build.Folder, "archive.tar");
            try
            {
                // Not a worktree, which a killed test would leave behind in the repository.
                Server.Run("git", "-C", Service.Root, "archive", "-o", archive, commit);
            }
            catch (Exception missing) when (missing is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                Assert.Skip($"commit {commit} is not in this clone: {missing.Message}");
            }
            Server.Run("tar", "-xf", archive, "-C", build.Folder);
            foreach (var project in projects)
                Server.Run("dotnet", "build", Path.Combine(build.Folder, project), "-c", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "-v", "quiet", "--nologo");
            return build;
        }
        catch
        {
            build.Dispose();
            throw;
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
