using System.Diagnostics;
using StackExchange.Redis;

namespace Monit.Testing;

/// <summary>A redis-server on a free port, with an append-only file that survives <see cref="Kill"/>.</summary>
internal sealed class RedisServer : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("monit-redis-").FullName;
    private readonly string[] _command;
    private Server _server;

    private RedisServer(string program, string[] options)
    {
        Port = Server.FreePort();
        _command = [program, "--port", $"{Port}", "--bind", "127.0.0.1", "--dir", _folder, "--save", "",
            "--appendonly", "yes", "--appendfsync", "everysec", .. options];
        _server = Server.Start(_folder, _command);
    }

    public int Port { get; }
    public int Pid => _server.Pid;
    public string ConnectionString => $"127.0.0.1:{Port},abortConnect=false,connectRetry=10";

    public static async Task<RedisServer> StartAsync(params string[] options)
    {
        if (Server.Find("redis-server", "/usr/local/bin", "/opt/homebrew/bin") is not { } program)
            throw Server.Missing("redis-server");
        var server = new RedisServer(program, options);
        await server.AnswersAsync();
        return server;
    }

    /// <param name="name">As <c>kill</c> has it: STOP, CONT.</param>
    public void Signal(string name) => _server.Signal(name);

    /// <summary>SIGKILL.</summary>
    public void Kill() => _server.Dispose();

    /// <summary>Cuts off the end of its append-only file, while it does not run.</summary>
    public void Forget(int bytes)
    {
        // A rewrite has begun another one.
        using var file = File.OpenWrite(Directory.GetFiles(Path.Combine(_folder, "appendonlydir"), "*.incr.aof").OrderBy(File.GetLastWriteTimeUtc).Last());
        file.SetLength(Math.Max(0, file.Length - bytes));
    }

    public async Task RestartAsync()
    {
        _server = Server.Start(_folder, _command);
        await AnswersAsync();
    }

    public void Dispose()
    {
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Task AnswersAsync() => Eventually.True(async () =>
    {
        try
        {
            await using var redis = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{Port},connectTimeout=500,connectRetry=0");
            return await redis.GetDatabase().PingAsync() >= TimeSpan.Zero;
        }
        catch (RedisException)
        {
            return false;
        }
    }, $"redis-server answers on port {Port}");
}
