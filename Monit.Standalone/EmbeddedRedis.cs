using System.Net.Sockets;
using Garnet;
using Garnet.server;
using StackExchange.Redis;
using Tsavorite.core;

namespace Monit.Standalone;

/// <summary>
/// Garnet in this process, in memory only: the Reconciler fills it from SQL before the first claim. It listens on a
/// Unix socket that only this user can open, in a folder of its own, because a socket's path is limited to about
/// 107 bytes and a data folder's may be longer.
/// </summary>
internal sealed class EmbeddedRedis : IDisposable
{
    // CreateTempSubdirectory makes it 0700.
    private readonly string _folder = Directory.CreateTempSubdirectory("monit-").FullName;
    private readonly GarnetServer? _server;

    /// <param name="loggers">Where Garnet's warnings and errors go; none: nowhere.</param>
    public EmbeddedRedis(ILoggerFactory? loggers = null)
    {
        var endPoint = new UnixDomainSocketEndPoint(Path.Combine(_folder, "redis"));
        ClientOptions = new ConfigurationOptions
        {
            EndPoints = { endPoint },
            AbortOnConnectFail = false,
            BacklogPolicy = BacklogPolicy.FailFast,
        };
        try
        {
            _server = new GarnetServer(Options(endPoint), loggers is null ? null : new QuietLoggers(loggers));
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
        DisablePubSub = true,
        MaxDatabases = 1,
        QuietMode = true,
        // Nothing is written there; it only keeps Garnet from the working directory.
        CheckpointDir = _folder,
    };

    /// <summary>Names Garnet's categories <c>Garnet.…</c>, and drops what is less than a warning.</summary>
    private sealed class QuietLoggers(ILoggerFactory inner) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => new Quiet(inner.CreateLogger($"Garnet.{categoryName}"));
        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();
        public void Dispose() { }

        private sealed class Quiet(ILogger inner) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
            public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning && inner.IsEnabled(logLevel);

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
                Func<TState, Exception?, string> formatter)
            {
                if (IsEnabled(logLevel))
                    inner.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }
}
