using System.Security.Cryptography.X509Certificates;
using Monit.Testing;

namespace Monit.Probes.Tests.Network.Tls;

/// <summary>An nginx over TLS that demands certificates of clients.</summary>
internal sealed class NginxServer : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("monit-nginx-").FullName;
    private readonly Server _server;

    /// <param name="clients">Who may issue certificates of clients.</param>
    /// <param name="protocols">As <c>ssl_protocols</c> has them.</param>
    public NginxServer(X509Certificate2 certificate, X509Certificate2 clients, string protocols)
    {
        var nginx = Server.Find("nginx", "/usr/sbin", "/usr/local/bin", "/opt/homebrew/bin") ?? throw Server.Missing("nginx");
        Pem.Write(Path.Combine(_folder, "server.pem"), certificate);
        File.WriteAllText(Path.Combine(_folder, "clients.pem"), Pem.Of(clients));
        File.WriteAllText(Path.Combine(_folder, "nginx.conf"), $$"""
            daemon off;
            master_process off;
            pid nginx.pid;
            events { worker_connections 64; }
            http {
              access_log off;
              client_body_temp_path temp; proxy_temp_path temp; fastcgi_temp_path temp; uwsgi_temp_path temp; scgi_temp_path temp;
              server {
                listen 127.0.0.1:{{Port}} ssl;
                ssl_protocols {{protocols}};
                ssl_certificate server.pem;
                ssl_certificate_key server.pem;
                ssl_client_certificate clients.pem;
                ssl_verify_client on;
                ssl_verify_depth 3;
                location / { return 200 "$ssl_client_s_dn\n"; }
              }
            }
            """);
        _server = Server.Start(_folder, nginx, "-p", _folder, "-c", "nginx.conf", "-e", "stderr");
    }

    public int Port { get; } = Server.FreePort();

    public void Dispose()
    {
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
