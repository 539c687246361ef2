using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;

namespace Monit.AppHost;

/// <summary>The fixed ports of a run: those of the dashboard and of the services' launch profiles.</summary>
internal static class Ports
{
    private static readonly string[] DashboardSettings = ["ASPNETCORE_URLS", "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", "ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"];

    /// <summary>Ends a start whose ports are taken: the orchestrator would go on, and its links would lead to somebody else.</summary>
    /// <exception cref="CannotStartException">A port is in use.</exception>
    public static void RequireFreePorts(this IDistributedApplicationBuilder builder)
    {
        if (!builder.ExecutionContext.IsRunMode || builder.Configuration.GetValue<bool>("DcpPublisher:RandomizePorts"))
            return;
        var dashboard = DashboardSettings.SelectMany(setting => (builder.Configuration[setting] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(url => (Name: setting, Uri.TryCreate(url, UriKind.Absolute, out var address) ? address.Port : 0)));
        var services = builder.Resources.SelectMany(resource => resource.Annotations.OfType<EndpointAnnotation>()
            .Select(endpoint => (Name: $"applicationUrl in the launchSettings.json of {resource.Name}", endpoint.Port ?? 0)));
        foreach (var (name, port) in dashboard.Concat(services))
            if (port > 0 && IsTaken(port))
                throw new CannotStartException($"Port {port} is in use, perhaps by another AppHost. Stop what uses it, or choose another port: {name}.");
    }

    private static bool IsTaken(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // As servers bind: a port whose last connections are still closing is free.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen();
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
