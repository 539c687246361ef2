using System.Net.Sockets;

namespace Monit.Testing;

/// <summary>An nginx on free ports, in a folder of its own.</summary>
internal sealed class Nginx : IDisposable
{
    private readonly string _folder;
    private readonly Server _server;

    private Nginx(string folder, Server server) => (_folder, _server) = (folder, server);

    /// <param name="servers">
    /// The <c>server</c> blocks; PORT0 to PORT9 in it become the ports of <paramref name="ports"/>, and FOLDER that of the files.
    /// </param>
    /// <param name="files">By name, in its folder.</param>
    public static async Task<Nginx> StartAsync(string servers, IReadOnlyList<int> ports, IReadOnlyDictionary<string, string>? files = null)
    {
        if (Server.Find("nginx", "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin") is not { } program)
            throw Server.Missing("nginx");
        var folder = Directory.CreateTempSubdirectory("monit-nginx-").FullName;
        for (var i = 0; i < ports.Count; i++)
            servers = servers.Replace($"PORT{i}", $"{ports[i]}", StringComparison.Ordinal);
        foreach (var (name, text) in files ?? new Dictionary<string, string>())
            await File.WriteAllTextAsync(Path.Combine(folder, name), text);
        var configuration = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(configuration, $$"""
            daemon off; master_process off; pid {{folder}}/nginx.pid; error_log stderr;
            events { worker_connections 256; }
            http {
              access_log off;
              client_body_temp_path {{folder}}/body; proxy_temp_path {{folder}}/proxy; fastcgi_temp_path {{folder}}/fastcgi;
              uwsgi_temp_path {{folder}}/uwsgi; scgi_temp_path {{folder}}/scgi;
              {{servers.Replace("FOLDER", folder, StringComparison.Ordinal)}}
            }
            """);
        var server = Server.Start(folder, program, "-e", "stderr", "-p", folder, "-c", configuration);
        foreach (var port in ports)
            await Eventually.True(() => Accepts(port), $"nginx answers on port {port}; {server.LogFile} may say more");
        return new Nginx(folder, server);
    }

    public void Dispose()
    {
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<bool> Accepts(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
