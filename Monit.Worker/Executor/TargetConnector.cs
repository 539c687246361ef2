using System.Net;
using System.Net.Sockets;

namespace Monit.Worker.Executor;

/// <summary>
/// Resolves and connects, and decides at that moment, on the address itself, whether the target may be reached: a name
/// that resolves to something else a moment later, or a redirect, gains nothing.
/// </summary>
internal sealed class TargetConnector(TargetGuard guard, TargetResolver resolve)
{
    /// <summary>Ends with the check that wants the connection: the handler's own token outlives it by seconds.</summary>
    public static readonly HttpRequestOptionsKey<CancellationToken> CheckKey = new("monit.check");

    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        context.InitialRequestMessage.Options.TryGetValue(CheckKey, out var check);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, check);
        var addresses = IPAddress.TryParse(context.DnsEndPoint.Host, out var literal)
            ? [literal]
            : await resolve(context.DnsEndPoint.Host, either.Token);
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
                await socket.ConnectAsync(allowed[i], context.DnsEndPoint.Port, either.Token);
                return new NetworkStream(socket, ownsSocket: true);
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
}
