using System.Globalization;
using Monit.Testing;

namespace Monit.LoadTest;

/// <summary>A published worker with telemetry enabled.</summary>
internal sealed class Worker(LoadOptions options, int number, string folder, string redis, string database, string sink, string? certificate, params string[] launcher) : IDisposable
{
    private readonly string _folder = Path.Combine(folder, $"worker-{number}");
    private readonly int _port = Server.FreePort();
    private Server? _process;

    public int Pid => _process!.Pid;

    public string Log => File.Exists(Path.Combine(_folder, "server.log")) ? File.ReadAllText(Path.Combine(_folder, "server.log")) : "";

    public Uri Address(string path) => new($"http://127.0.0.1:{_port}{path}");

    public void Start()
    {
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{_port}",
            ["ConnectionStrings__redis"] = redis,
            ["ConnectionStrings__monitdb"] = database,
            ["services__alerts__http__0"] = sink,
            ["Alerts__Key"] = "0123456789abcdef0123456789abcdef",
            ["DataProtection__Key"] = "0123456789abcdef0123456789abcdef",
            ["Scheduling__Shards"] = options.Shards.ToString(CultureInfo.InvariantCulture),
            ["Executor__Connection"] = options.KeepAlive ? "KeepAlive" : "New",
            ["Network__AllowPrivateTargets"] = "true",
            ["Telemetry__Prometheus"] = "true",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = sink,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_SERVICE_NAME"] = "worker",
        };
        if (certificate is not null)
            settings["SSL_CERT_FILE"] = Certificate.Root(certificate);
        foreach (var setting in options.Settings)
            settings[setting.Split('=')[0].Replace(":", "__", StringComparison.Ordinal)] = setting[(setting.IndexOf('=', StringComparison.Ordinal) + 1)..];
        _process = Service.StartPublished("Monit.Worker", _folder, settings, launcher);
    }

    /// <summary>SIGKILL.</summary>
    public void Dispose()
    {
        _process?.Dispose();
        _process = null;
    }
}
