using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Monit.Storage.Sql;
using Npgsql;

namespace Monit.Testing;

/// <summary>A PostgreSQL in a temp folder; every test gets a database cloned from a migrated template.</summary>
internal sealed class PostgresServer : IDisposable
{
    private static int _databases;
    private readonly string _folder;
    private readonly string[] _command;
    private Server? _server;

    private PostgresServer(string bin)
    {
        var port = Server.FreePort();
        AdminConnectionString = $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres;Include Error Detail=true";
        _folder = Directory.CreateTempSubdirectory("monit-postgres-").FullName;
        // PostgreSQL refuses to run as root.
        string[] user = Environment.UserName == "root" ? [Server.Find("setpriv", "/usr/bin", "/bin")!, "--reuid=postgres", "--regid=postgres", "--init-groups"] : [];
        if (user.Length > 0)
            Server.Run("chown", "postgres", _folder);
        string[] init = [.. user, Path.Combine(bin, "initdb"), "-D", $"{_folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"];
        Server.Run(init[0], init[1..]);
        _command = [.. user, Path.Combine(bin, "postgres"), "-D", $"{_folder}/data", "-p", $"{port}", "-c", "listen_addresses=127.0.0.1",
            "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "max_connections=300"];
        _server = Server.Start(_folder, _command);
    }

    private PostgresServer(string connectionString, bool _)
    {
        AdminConnectionString = connectionString;
        _folder = "";
        _command = [];
    }

    public string AdminConnectionString { get; }
    public int Pid => _server!.Pid;

    public static async Task<PostgresServer> StartAsync()
    {
        PostgresServer server;
        if (Environment.GetEnvironmentVariable("MONIT_TEST_POSTGRES") is { Length: > 0 } given)
            server = new PostgresServer(given, true);
        else if (FindBin() is { } bin)
            server = new PostgresServer(bin);
        else
            throw Server.Missing("PostgreSQL");
        await server.AnswersAsync();
        await using var db = new PostgresMonitDb(new DbContextOptionsBuilder<PostgresMonitDb>()
            .UseMonitPostgres(server.ConnectionString("monit_template")).Options);
        await db.Database.EnsureDeletedAsync();
        await db.Database.MigrateAsync();
        return server;
    }

    /// <summary>A connection string to a new database, migrated or empty.</summary>
    public async Task<string> CreateDatabaseAsync(bool migrated = true)
    {
        var name = $"monit_test_{Environment.ProcessId}_{Interlocked.Increment(ref _databases)}";
        NpgsqlConnection.ClearAllPools();
        await using var admin = new NpgsqlConnection(AdminConnectionString);
        await admin.OpenAsync();
        await using var create = new NpgsqlCommand($"CREATE DATABASE {name} TEMPLATE {(migrated ? "monit_template" : "template0")}", admin);
        await create.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    /// <param name="name">As <c>kill</c> has it: STOP, CONT; to all its processes.</param>
    public void Signal(string name) => Server.Run("/bin/sh", "-c", $"kill -{name} {Postmaster} $(cat /proc/{Postmaster}/task/*/children)");

    private int Postmaster => int.Parse(File.ReadLines($"{_folder}/data/postmaster.pid").First(), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>SIGKILL of the postmaster; its children follow.</summary>
    public void Kill()
    {
        using var postmaster = Process.GetProcessById(Postmaster);
        postmaster.Kill();
        _server!.Dispose();
        // The next one refuses to start while this one's id is in use.
        postmaster.WaitForExit(5000);
    }

    public async Task RestartAsync()
    {
        _server = Server.Start(_folder, _command);
        await AnswersAsync();
    }

    public void Dispose()
    {
        if (_server is null)
            return;
        Kill();
        if (Environment.UserName == "root" || Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    private string ConnectionString(string database) =>
        new NpgsqlConnectionStringBuilder(AdminConnectionString) { Database = database, MaxPoolSize = 20 }.ConnectionString;

    private Task AnswersAsync() => Eventually.True(async () =>
    {
        try
        {
            await using var admin = new NpgsqlConnection(AdminConnectionString + ";Pooling=false;Timeout=1");
            await admin.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }, "PostgreSQL answers");

    /// <summary>The folder of its programs; null where it is not installed.</summary>
    public static string? FindBin()
    {
        var versions = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(v => $"{v}/bin").ToArray() : [];
        return Path.GetDirectoryName(Server.Find("initdb", [.. versions, "/opt/homebrew/bin", "/usr/local/bin"]));
    }
}
