using System.Net.Sockets;
using System.Text;
using Garnet;
using Garnet.server;
using StackExchange.Redis;
using Tsavorite.core;

namespace Monit.Standalone;

/// <summary>
/// Garnet in this process, in memory only: the Reconciler fills it from SQL before the first claim. It listens on a
/// Unix socket that only this user can open.
/// </summary>
internal sealed class EmbeddedRedis : IDisposable
{
    private const int LongestSocketPath = 100;
    private readonly string _folder;
    private readonly GarnetServer? _server;

    /// <param name="dataFolder">
    /// Where its socket lies, so that a killed process leaves nothing elsewhere; a temporary folder where that path is
    /// longer than a socket's may be.
    /// </param>
    public EmbeddedRedis(string dataFolder)
    {
        var own = Path.Combine(dataFolder, "run");
        _folder = Encoding.UTF8.GetByteCount(Path.Combine(own, "redis")) > LongestSocketPath
            ? Directory.CreateTempSubdirectory("monit-").FullName
            : Directory.CreateDirectory(own).FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var endPoint = new UnixDomainSocketEndPoint(Path.Combine(_folder, "redis"));
        ClientOptions = new ConfigurationOptions
        {
            EndPoints = { endPoint },
            AbortOnConnectFail = false,
            BacklogPolicy = BacklogPolicy.FailFast,
        };
        try
        {
            _server = new GarnetServer(Options(endPoint));
            _server.Start();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>How a client in this process connects.</summary>
    public ConfigurationOptions ClientOptions { get; }

    public void Dispose()
    {
        _server?.Dispose();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    private GarnetServerOptions Options(UnixDomainSocketEndPoint endPoint) => new()
    {
        EndPoints = [endPoint],
        UnixSocketPath = endPoint.ToString(),
        UnixSocketPermission = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        EnableLua = true,
        // Without it scripts of different connections interleave, and two claims take the same monitors.
        LuaTransactionMode = true,
        // Without a time-out: a script that is cut off half-way would leave its work half done.
        LuaOptions = new LuaOptions { Timeout = Timeout.InfiniteTimeSpan },
        // The default device ends the process where libaio is missing.
        DeviceType = DeviceType.RandomAccess,
        LogMemorySize = "512m",
        PageSize = "1m",
        IndexMemorySize = "1m",
        MaxDatabases = 1,
        QuietMode = true,
        // Nothing is written there; it only keeps Garnet from the working directory.
        CheckpointDir = _folder,
    };
}
