using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Monit.AppHost;

/// <summary>Redis and PostgreSQL as processes of this machine, for where no container engine runs.</summary>
internal static class LocalStores
{
    private static readonly string? RedisServer = LocalProgram.Find("redis-server", "/usr/local/bin", "/opt/homebrew/bin");
    private static readonly string? PostgresBin = Path.GetDirectoryName(LocalProgram.Find("initdb",
        [.. DebianVersions("/usr/lib/postgresql"), "/opt/homebrew/bin", "/usr/local/bin", "/usr/local/pgsql/bin"]));
    private const int LockAttempts = 100;
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Whether local processes are asked for, also where containers could be had.</summary>
    public static bool AreWanted(IConfiguration configuration) => Directory(configuration) is not null;

    /// <summary>Adds a redis-server on a free port, with an append-only file in the data folder.</summary>
    /// <exception cref="CannotStartException">redis-server is not installed, or another AppHost has the data folder.</exception>
    public static IResourceBuilder<IResourceWithConnectionString> AddLocalRedis(
        this IDistributedApplicationBuilder builder, [ResourceName] string name)
    {
        if (RedisServer is null)
            throw Missing();
        var folder = DataFolder(builder, "redis");
        var port = LocalProgram.FreePort();
        var address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        builder.Services.AddHealthChecks().AddRedis(address, "redis-server");
        var server = builder.AddStore("redis-server", folder, [], RedisServer,
            "--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--maxmemory-policy", "noeviction");
        return builder.AddConnectionString(name, ReferenceExpression.Create($"{address}")).WaitFor(server);
    }

    /// <summary>Adds a PostgreSQL on a free port; its cluster is made in the data folder at the first start.</summary>
    /// <exception cref="CannotStartException">PostgreSQL is not installed, or another AppHost has the data folder.</exception>
    public static IResourceBuilder<IResourceWithConnectionString> AddLocalPostgres(
        this IDistributedApplicationBuilder builder, [ResourceName] string name)
    {
        if (PostgresBin is null)
            throw Missing();
        var folder = DataFolder(builder, "postgres");
        // PostgreSQL refuses to run as root.
        string[] user = Environment.UserName == "root" ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] : [];
        CreateCluster(PostgresBin, folder, user, name);
        var port = LocalProgram.FreePort();
        var login = $"Host=127.0.0.1;Port={port};Username=postgres";
        // Without a pool: PostgreSQL waits for open connections when it is stopped.
        builder.Services.AddHealthChecks().AddNpgSql($"{login};Database=postgres;Pooling=false", name: "postgres");
        var server = builder.AddStore("postgres", folder, user, $"{PostgresBin}/postgres",
            "-D", $"{folder}/data", "-p", $"{port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=300");
        return builder.AddConnectionString(name, ReferenceExpression.Create($"{login};Database={name}")).WaitFor(server);
    }

    private static IResourceBuilder<ExecutableResource> AddStore(this IDistributedApplicationBuilder builder,
        [ResourceName] string name, string folder, string[] user, params string[] command)
    {
        // The process holds the folder's lock: what an AppHost that was killed leaves behind ends a little later than itself.
        string[] held = LocalProgram.Find("flock") is { } flock ? [flock, "--no-fork", "--nonblock", LockOf(folder)] : [];
        // A server's log is no error because it goes to standard error.
        return builder.AddExecutable(name, "/bin/sh", folder, ["-c", "exec \"$@\" 2>&1", "sh", .. user, .. held, .. command])
            .WithHealthCheck(name)
            .WithIconName("Database")
            .ExcludeFromManifest();
    }

    private static void CreateCluster(string bin, string folder, string[] user, string database)
    {
        if (user.Length > 0)
            Do("", "chown", "-R", "postgres", folder);
        if (File.Exists($"{folder}/data/PG_VERSION"))
            return;
        // Made whole or not at all. Trusts whoever connects, which is this machine alone.
        string[] init = [.. user, $"{bin}/initdb", "-D", $"{folder}/new", "-U", "postgres", "-A", "trust", "-E", "UTF8"];
        if (System.IO.Directory.Exists($"{folder}/new"))
            System.IO.Directory.Delete($"{folder}/new", recursive: true);
        Do("", init);
        // By the server's single-user mode, so that nobody asks for a database that is not there yet.
        Do($"CREATE DATABASE {database};\n", [.. user, $"{bin}/postgres", "--single", "-D", $"{folder}/new", "postgres"]);
        System.IO.Directory.Move($"{folder}/new", $"{folder}/data");
    }

    private static void Do(string input, params string[] command)
    {
        var (exitCode, error) = LocalProgram.Run(command[0], command[1..], input);
        if (exitCode != 0)
            throw new CannotStartException($"{string.Join(' ', command)} failed: {error}");
    }

    /// <summary>The store's folder in <c>LocalStores:Directory</c>; by default in <c>.monit</c> beside the solution, which git ignores.</summary>
    private static string DataFolder(IDistributedApplicationBuilder builder, string store)
    {
        var root = Path.GetFullPath(Directory(builder.Configuration) ?? Path.Combine(builder.AppHostDirectory, "..", ".monit"));
        // The user postgres does not get into a folder that only root may enter, such as root's home.
        if (Environment.UserName == "root" && !LocalProgram.Succeeds("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "test", "-x", Path.Combine(root, "..")))
            root = $"/var/tmp/monit-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(root)))[..8]}";
        var folder = System.IO.Directory.CreateDirectory(Path.Combine(root, store)).FullName;
        WaitForLock(LockOf(folder));
        return folder;
    }

    private static void WaitForLock(string file)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                File.Open(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None).Dispose();
                return;
            }
            catch (IOException) when (attempt < LockAttempts)
            {
                Task.Delay(LockPause, TimeProvider.System).GetAwaiter().GetResult();
            }
            catch (IOException)
            {
                throw new CannotStartException($"Another AppHost is running on {Path.GetDirectoryName(file)}. Stop it, or use other "
                    + "stores: set ConnectionStrings__redis and ConnectionStrings__monitdb.");
            }
        }
    }

    private static string? Directory(IConfiguration configuration) => configuration["LocalStores:Directory"] is { Length: > 0 } folder ? folder : null;

    private static string LockOf(string folder) => Path.Combine(folder, "lock");

    /// <summary>Says at once, and for both stores, what would have to be there.</summary>
    private static CannotStartException Missing()
    {
        string[] packages = [.. RedisServer is null ? (string[])["redis-server"] : [], .. PostgresBin is null ? (string[])["postgresql"] : []];
        return new CannotStartException(
            "Monit needs Redis and PostgreSQL, and no container engine (docker info, podman info) answers here to run them. Start one; or install "
            + $"{string.Join(" and ", packages)} (Debian, Ubuntu: apt-get install {string.Join(' ', packages)}); or use stores that exist: set "
            + "ConnectionStrings__redis and ConnectionStrings__monitdb. ./monit run needs none of these.");
    }

    private static IEnumerable<string> DebianVersions(string folder) =>
        System.IO.Directory.Exists(folder) ? System.IO.Directory.GetDirectories(folder).OrderDescending().Select(version => $"{version}/bin") : [];
}
