using System.Net;
using System.Net.Sockets;
using Monit.Worker.Executor.Sockets;

namespace Monit.Worker.Executor;

/// <summary>
/// Resolves and connects, and decides at that moment, on the address itself, whether the target may be reached: a name
/// that resolves to something else a moment later, or a redirect, gains nothing.
/// </summary>
internal sealed class TargetConnector(TargetGuard guard, TargetResolver resolve)
{
    /// <summary>One thread for all connections (<see cref="Epoll"/>), where the system has it; elsewhere .NET's own way.</summary>
    public bool UsesEpoll { get; init; } = OperatingSystem.IsLinux();

    /// <param name="inline">Whether what awaits the connection, and reads from it, may go on where bytes arrive: see <see cref="EpollStream"/>.</param>
    /// <exception cref="BlockedTargetException">None of its addresses may be checked.</exception>
    /// <exception cref="SocketException">The name has no address, or none of them takes the connection.</exception>
    public async ValueTask<Stream> ConnectAsync(string host, int port, bool inline, CancellationToken ct)
    {
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await ResolveAsync(host, ct);
        if (addresses.Length == 0)
            throw new SocketException((int)SocketError.NoData);
        var allowed = Array.FindAll(addresses, guard.Allows);
        if (allowed.Length == 0)
            throw new BlockedTargetException();

        for (var i = 0; ; i++)
        {
            try
            {
                var target = new IPEndPoint(allowed[i], port);
                return UsesEpoll ? await EpollStream.ConnectAsync(target, inline, ct) : await ConnectPortablyAsync(target, ct);
            }
            catch (SocketException) when (i + 1 < allowed.Length)
            {
                // The next address may answer.
            }
        }
    }

    private static async ValueTask<Stream> ConnectPortablyAsync(IPEndPoint target, CancellationToken ct)
    {
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken ct)
    {
        try
        {
            return await resolve(host, ct);
        }
        catch (ArgumentException)
        {
            // Longer than a name can be.
            throw new SocketException((int)SocketError.HostNotFound);
        }
    }
}
