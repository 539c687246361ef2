namespace Monit.Probes.Network.Names;

/// <summary>A small file of the system, read again when it has changed. It looks at most once a second.</summary>
internal sealed class WatchedFile<T>(string path, Func<string, T> parse, TimeProvider time) where T : class
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private readonly Lock _lock = new();
    private T? _value;
    private (DateTime Written, long Length) _read;
    private long _looked;

    /// <summary>As the empty file, if it does not exist or must not be read.</summary>
    public T Value
    {
        get
        {
            lock (_lock)
            {
                if (_value is not null && time.GetElapsedTime(_looked) < Pace)
                    return _value;
                _looked = time.GetTimestamp();
                return _value = Read();
            }
        }
    }

    private T Read()
    {
        try
        {
            // Opened, because the name may be a link, whose own time does not change.
            using var file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            var now = (File.GetLastWriteTimeUtc(file), RandomAccess.GetLength(file));
            if (_value is not null && now == _read)
                return _value;
            _read = now;
            using var reader = new StreamReader(new FileStream(file, FileAccess.Read));
            return parse(reader.ReadToEnd());
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return parse("");
        }
        catch (IOException failure) when (_value is not null || Exhaustion.Of(failure) is null)
        {
            return _value ?? parse("");
        }
    }
}
