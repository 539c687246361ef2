using System.Net;
using System.Net.Sockets;

namespace Monit.Worker.Executor;

/// <summary>
/// Resolves and connects, and decides at that moment, on the address itself, whether the target may be reached: a name
/// that resolves to something else a moment later, or a redirect, gains nothing.
/// </summary>
internal sealed class TargetConnector(TargetGuard guard, TargetResolver resolve)
{
    /// <exception cref="BlockedTargetException">None of its addresses may be checked.</exception>
    /// <exception cref="SocketException">The name has no address, or none of them takes the connection.</exception>
    public async ValueTask<Socket> ConnectAsync(string host, int port, CancellationToken ct)
    {
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await ResolveAsync(host, ct);
        if (addresses.Length == 0)
            throw new SocketException((int)SocketError.NoData);
        var allowed = Array.FindAll(addresses, guard.Allows);
        if (allowed.Length == 0)
            throw new BlockedTargetException();

        for (var i = 0; ; i++)
        {
            var socket = new Socket(allowed[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(allowed[i], port, ct);
                return socket;
            }
            catch (SocketException) when (i + 1 < allowed.Length)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
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
