using System.Net;
using System.Net.Sockets;

namespace Monit.Probes.Network.Sockets;

/// <summary>Knows what this machine has a route to. It asks the system by connecting a UDP socket, which sends nothing.</summary>
internal sealed class Routes(TimeProvider time)
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(10);
    // Any public addresses; nothing is sent to them.
    private static readonly IPAddress PublicV4 = IPAddress.Parse("1.0.0.1");
    private static readonly IPAddress PublicV6 = IPAddress.Parse("2001:4860::1");

    private volatile Known? _known;

    public bool ToIPv4 => Current().V4;
    public bool ToIPv6 => Current().V6;

    /// <summary>False if the system has no route to the address, or no source address for it; true if that cannot be told.</summary>
    public static bool Exists(IPAddress address)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(address, 9);
            return true;
        }
        catch (SocketException failure)
        {
            return failure.SocketErrorCode is not (SocketError.NetworkUnreachable or SocketError.HostUnreachable
                or SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported);
        }
    }

    /// <summary>What a failure to connect means: one error says both that no port is free, and that there is no source address for the target.</summary>
    public static SocketException Explain(SocketException failure, IPAddress address) =>
        failure.SocketErrorCode == SocketError.AddressNotAvailable && !Exists(address) ? new SocketException((int)SocketError.NetworkUnreachable) : failure;

    private Known Current()
    {
        if (_known is { } known && time.GetElapsedTime(known.At) < Kept)
            return known;
        return _known = new Known(time.GetTimestamp(), Exists(PublicV4), Exists(PublicV6));
    }

    private sealed record Known(long At, bool V4, bool V6);
}
