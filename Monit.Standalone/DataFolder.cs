using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Monit.Core;
using Monit.ServiceDefaults;

namespace Monit.Standalone;

/// <summary>The one folder that holds all that must survive: the database and the generated keys. Owner only.</summary>
internal sealed class DataFolder : IDisposable
{
    private const UnixFileMode OwnerFile = OwnerRights.File;
    private const UnixFileMode OwnerFolder = OwnerRights.Folder;
    private const int Corrupt = 11;
    private const int NotADatabase = 26;
    /// <summary>Bytes; less than the database's journals begin with.</summary>
    private const long LeastRoom = 256 * 1024;
    // EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION of Windows.
    private static readonly int[] SharingViolations = [11, 35, unchecked((int)0x80070020)];
    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held, IReadOnlyList<string> mended) => (Path, _lock, Mended) = (path, held, mended);

    public string Path { get; }

    /// <summary>What others than the owner had rights to, a sentence each, for the log.</summary>
    public IReadOnlyList<string> Mended { get; }

    public string ConnectionString => Connection(Path, SqliteOpenMode.ReadWriteCreate);

    /// <summary>The connection string of a folder's database, whether or not a Monit runs on it.</summary>
    /// <exception cref="StartException">There is none.</exception>
    public static string FindDatabase(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        return File.Exists(DatabaseOf(path)) ? Connection(path, SqliteOpenMode.ReadWrite) : throw new StartException(
            $"There is no database in {path}. Say where the data folder is with Standalone__DataDirectory.");
    }

    /// <summary>Takes the folder for this process; the lock falls with the process, however it ends.</summary>
    /// <exception cref="StartException">Another Monit has it, or it cannot be written. The message is for the user.</exception>
    public static DataFolder Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        FileStream? held = null;
        try
        {
            // A folder that was there before keeps its rights: it may be somebody's home.
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(path);
            else
                Directory.CreateDirectory(path, OwnerFolder);
            var mended = OwnerRights.Mend(path);
            held = OpenOwn(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileShare.None);
            // Made here, because SQLite would leave it readable; its journals take over its mode.
            OpenOwn(DatabaseOf(path), FileMode.OpenOrCreate, FileShare.ReadWrite).Dispose();
            return new DataFolder(path, held, mended);
        }
        catch (IOException busy) when (held is null && SharingViolations.Contains(busy.HResult))
        {
            throw new StartException(
                $"Another Monit is running on {path}. Stop it, or choose another folder with Standalone__DataDirectory.", busy);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            held?.Dispose();
            throw Unusable(path, failure);
        }
    }

    /// <summary>What a failed start means for the user, where the folder or its database is the reason; else null.</summary>
    public StartException? Explain(Exception failure) => failure switch
    {
        SqliteException or IOException when new DriveInfo(Path).AvailableFreeSpace is < LeastRoom and var left => new StartException(
            $"The disk of the data folder {Path} is full: {left / 1024} KiB are left. Make room, or choose another folder with Standalone__DataDirectory.", failure),
        SqliteException { SqliteErrorCode: Corrupt or NotADatabase } => new StartException(
            $"The database {DatabaseOf(Path)} is damaged ({failure.Message}). Restore the data folder from a backup, or move the file away to begin with an empty one.", failure),
        SqliteException => new StartException($"The database {DatabaseOf(Path)} cannot be used: {failure.Message}", failure),
        // What is in use by somebody else is an address, and no file.
        IOException { InnerException: null } or UnauthorizedAccessException => Unusable(Path, failure),
        _ => null,
    };

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
            throw new StartException(
                $"{file} does not hold the keys that Monit wrote. Restore it, or delete it: new keys log everybody out, and lose nothing else.");
        }

        var keys = new StandaloneKeys(NewKey(), NewKey());
        // Written whole or not at all, and never readable by others, not even for a moment.
        var draft = file + ".new";
        File.Delete(draft);
        using (var stream = OpenOwn(draft, FileMode.CreateNew, FileShare.None))
        {
            JsonSerializer.Serialize(stream, keys);
            stream.Flush(flushToDisk: true);
        }
        File.Move(draft, file);
        return keys;
    }

    /// <summary>Makes the folder of Data Protection's keys, the owner's alone, whoever made it.</summary>
    public string CreateKeyRing()
    {
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(Path, "keys")).FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder, OwnerFolder);
        return folder;
    }

    /// <summary>
    /// Lets readers and a writer go beside each other, and removes what a killed migration left behind: its lock row, for
    /// which the next start would wait for ever. Nobody else can be migrating while we hold the folder.
    /// </summary>
    public void PrepareDatabase()
    {
        using var connection = new SqliteConnection(ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        // Kept in the file. EF sets it only for a database that it makes itself.
        command.CommandText = """PRAGMA journal_mode = WAL; DROP TABLE IF EXISTS "__EFMigrationsLock" """;
        command.ExecuteNonQuery();
    }

    public void Dispose() => _lock.Dispose();

    private static StartException Unusable(string path, Exception failure) => new(
        $"The data folder {path} cannot be used: {failure.Message} Make it writable, or choose another with Standalone__DataDirectory.", failure);

    private static string Connection(string path, SqliteOpenMode mode) => new SqliteConnectionStringBuilder
    {
        DataSource = DatabaseOf(path),
        Mode = mode,
        ForeignKeys = true,
        DefaultTimeout = 30,
    }.ConnectionString;

    private static string DatabaseOf(string path) => System.IO.Path.Combine(path, "monit.db");

    /// <summary>Opens a file that only its owner can read, whoever made it.</summary>
    private static FileStream OpenOwn(string file, FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerFile;
        var stream = new FileStream(file, options);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(stream.SafeFileHandle, OwnerFile);
        return stream;
    }

    private static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(48));
}
