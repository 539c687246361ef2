using System.Globalization;

namespace Monit.Probes.Network;

/// <summary>
/// The operating system's limit of files that this process may have open (<c>RLIMIT_NOFILE</c>). .NET has raised the soft limit to
/// the hard one by the time this is read.
/// </summary>
public static class FileLimit
{
    // .NET keeps two for each of some 160 assemblies; the rest is for stores, clients of the API and logs.
    private const int Reserve = 400;
    // A check may try two addresses at once, and each kept connection is one more.
    private const int FilesPerCheck = 2;

    /// <summary>Null where it is unknown or unlimited.</summary>
    public static int? Files { get; } = Read();

    /// <summary>How many checks at once it leaves room for, at least 2.</summary>
    public static int Permits(int files) => Math.Max(2, (files - Reserve) / FilesPerCheck);

    // Max open files            1024                 524288               files
    private static int? Read()
    {
        const string Name = "Max open files";
        try
        {
            var line = File.ReadLines("/proc/self/limits").First(line => line.StartsWith(Name, StringComparison.Ordinal));
            return int.TryParse(line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture, out var files) ? files : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return null;
        }
    }
}
