using System.Net.Sockets;

namespace Monit.Probes.Network;

/// <summary>The target has addresses, but none of the family that its monitor asks for.</summary>
/// <param name="detail">In a few plain words; it is shown to users.</param>
internal sealed class NoAddressException(string detail) : SocketException((int)SocketError.NoData)
{
    public override string Message => detail;
}
