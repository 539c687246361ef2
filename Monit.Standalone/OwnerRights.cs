using System.Runtime.Versioning;

namespace Monit.Standalone;

/// <summary>The rights of what lies in the data folder: its owner's alone, also after a copy or a restored backup.</summary>
internal static class OwnerRights
{
    public const UnixFileMode File = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode Folder = File | UnixFileMode.UserExecute;

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>
    /// Takes group and world rights from the keys and the database, and from the folder of keys. The data folder itself is left as
    /// it is, since it may be somebody's home; that others can write to it is said.
    /// </summary>
    /// <returns>What was found, a sentence each.</returns>
    public static IReadOnlyList<string> Mend(string dataFolder)
    {
        var said = new List<string>();
        if (OperatingSystem.IsWindows())
            return said;
        var keys = Path.Combine(dataFolder, "keys");
        if (Directory.Exists(keys))
        {
            Mend(keys, Folder, said);
            foreach (var file in Directory.GetFiles(keys))
                Mend(file, File, said);
        }
        foreach (var pattern in (string[])["keys.json*", "monit.db*"])
            foreach (var file in Directory.GetFiles(dataFolder, pattern))
                Mend(file, File, said);
        const UnixFileMode writers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        if ((System.IO.File.GetUnixFileMode(dataFolder) & writers) != 0)
            said.Add($"Others may write to the data folder {dataFolder}, and could exchange its keys. Take that right from them: chmod go-w {dataFolder}");
        return said;
    }

    [UnsupportedOSPlatform("windows")]
    private static void Mend(string path, UnixFileMode owners, List<string> said)
    {
        var mode = System.IO.File.GetUnixFileMode(path);
        if ((mode & Others) == 0)
            return;
        try
        {
            System.IO.File.SetUnixFileMode(path, owners);
            said.Add($"{path} was open to others (mode {Octal(mode)}) and is now its owner's alone (mode {Octal(owners)}). If somebody may have read it, replace it");
        }
        // Somebody else's file, or a file system without rights.
        catch (Exception failure) when (failure is UnauthorizedAccessException or IOException)
        {
            said.Add($"{path} is open to others (mode {Octal(mode)}), and that cannot be mended: {failure.Message}");
        }
    }

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8);
}
