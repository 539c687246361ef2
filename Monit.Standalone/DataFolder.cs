using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Monit.Standalone;

/// <summary>The one folder that holds all that must survive: the database and the generated keys. Owner only.</summary>
internal sealed class DataFolder : IDisposable
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held) => (Path, _lock) = (path, held);

    public string Path { get; }

    public string ConnectionString => new SqliteConnectionStringBuilder
    {
        DataSource = System.IO.Path.Combine(Path, "monit.db"),
        ForeignKeys = true,
        DefaultTimeout = 30,
    }.ConnectionString;

    /// <summary>Takes the folder for this process; the lock falls with the process, however it ends.</summary>
    /// <exception cref="DataFolderException">Another Monit has it, or it cannot be written. The message is for the user.</exception>
    public static DataFolder Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        try
        {
            // A folder that was there before keeps its rights: it may be somebody's home.
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(path);
            else
                Directory.CreateDirectory(path, OwnerFile | UnixFileMode.UserExecute);
            var held = new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new DataFolder(path, held);
        }
        catch (IOException) when (File.Exists(System.IO.Path.Combine(path, "lock")))
        {
            throw new DataFolderException(
                $"Another Monit is running on {path}. Stop it, or choose another folder with Standalone__DataDirectory.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DataFolderException(
                $"The data folder {path} cannot be used: {failure.Message} Choose another with Standalone__DataDirectory.");
        }
    }

    /// <summary>The keys of this installation, generated at the first start and the same ever after.</summary>
    public StandaloneKeys LoadOrCreateKeys()
    {
        var file = System.IO.Path.Combine(Path, "keys.json");
        if (File.Exists(file))
        {
            try
            {
                if (JsonSerializer.Deserialize<StandaloneKeys>(File.ReadAllText(file)) is { AuthSecret.Length: >= 32, AlertsKey.Length: >= 32 } known)
                    return known;
            }
            catch (JsonException)
            {
                // Said below.
            }
            throw new DataFolderException(
                $"{file} does not hold the keys that Monit wrote. Restore it, or delete it: new keys log everybody out, and lose nothing else.");
        }

        var keys = new StandaloneKeys(NewKey(), NewKey());
        // Written whole or not at all, and never readable by others, not even for a moment.
        var draft = file + ".new";
        File.Delete(draft);
        var create = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            create.UnixCreateMode = OwnerFile;
        using (var stream = new FileStream(draft, create))
        {
            JsonSerializer.Serialize(stream, keys);
            stream.Flush(flushToDisk: true);
        }
        File.Move(draft, file);
        return keys;
    }

    /// <summary>
    /// A migration that was killed leaves its lock row behind, and the next start would wait for it for ever. Nobody else
    /// can be migrating while we hold the folder. The write-ahead log lets readers and the one writer go side by side; EF
    /// turns it on only for a file that it makes itself, and this makes it.
    /// </summary>
    public void PrepareDatabase()
    {
        using var connection = new SqliteConnection(ConnectionString);
        connection.Open();
        // SQLite gives the files beside it the same rights.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(connection.DataSource, OwnerFile);
        using var command = connection.CreateCommand();
        command.CommandText = """PRAGMA journal_mode = WAL; DROP TABLE IF EXISTS "__EFMigrationsLock" """;
        command.ExecuteNonQuery();
    }

    public void Dispose() => _lock.Dispose();

    private static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(48));
}
