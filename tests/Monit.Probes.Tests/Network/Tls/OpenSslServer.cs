using System.Security.Cryptography.X509Certificates;
using Monit.Testing;

namespace Monit.Probes.Tests.Network.Tls;

/// <summary>An <c>openssl s_server</c>, which sends the certificates that it is given, and no others.</summary>
internal sealed class OpenSslServer : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("monit-tls-").FullName;
    private readonly Server _server;

    /// <param name="version">Of TLS: <c>1.2</c> or <c>1.3</c>.</param>
    /// <param name="clients">Who may issue certificates of clients; null: none is asked for.</param>
    /// <param name="demands">Whether a client without one is refused.</param>
    public OpenSslServer(string version, X509Certificate2 certificate, X509Certificate2[] sent, X509Certificate2? clients = null, bool demands = false)
    {
        var openssl = Server.Find("openssl") ?? throw Server.Missing("openssl");
        Pem.Write(Path.Combine(_folder, "server.pem"), certificate);
        string[] options = ["-cert", "server.pem", "-key", "server.pem", version == "1.2" ? "-tls1_2" : "-tls1_3", "-www", "-quiet"];
        if (sent.Length > 0)
        {
            File.WriteAllText(Path.Combine(_folder, "chain.pem"), Pem.Of(sent));
            options = [.. options, "-cert_chain", "chain.pem"];
        }
        if (clients is not null)
        {
            File.WriteAllText(Path.Combine(_folder, "clients.pem"), Pem.Of(clients));
            options = [.. options, "-CAfile", "clients.pem", "-no-CApath", "-verify_return_error", demands ? "-Verify" : "-verify", "5"];
        }
        _server = Server.Start(_folder, [openssl, "s_server", "-accept", $"127.0.0.1:{Port}", .. options]);
    }

    public int Port { get; } = Server.FreePort();

    public void Dispose()
    {
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
