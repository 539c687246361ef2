using System.Net;
using System.Net.Sockets;
using Monit.Core.Checks.Answers;
using Monit.Core.Checks.Settings;
using Monit.Probes.Network.Sockets;
using Monit.Probes.Network.Tls;

namespace Monit.Probes.Network;

/// <summary>
/// Resolves a name and connects. The <see cref="TargetGuard"/> is applied to the very address that is connected to, so
/// neither DNS rebinding nor a redirect gets around it. Several addresses are tried by a <see cref="ConnectionRace"/>.
/// </summary>
internal sealed class TargetConnector(TargetGuard guard, TargetResolver resolve, FamilyResolver? resolveFamily = null)
{
    /// <summary>Whether connections use <see cref="Epoll"/>; default: on Linux. Otherwise they use .NET's own sockets.</summary>
    public bool UsesEpoll { get; init; } = OperatingSystem.IsLinux();

    /// <summary>What performs the handshakes; default: with the roots that this machine trusts.</summary>
    public TlsClient Tls { get; init; } = new(SystemRoots.Load, TimeProvider.System);
    /// <summary>For the pauses of a race.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    private Routes Ways => field ??= new Routes(Time);

    /// <summary>Connects, and performs the TLS handshake if the plan is secure. Leaves on the clock who was met, even if it fails.</summary>
    /// <param name="inline">
    /// Whether continuations may run on the thread of <see cref="Epoll"/>; see <see cref="EpollStream"/>. With TLS they never
    /// do: its computations are too long.
    /// </param>
    /// <exception cref="BlockedTargetException">The guard refuses all addresses.</exception>
    /// <exception cref="NoAddressException">The target has no address of the family that the plan asks for.</exception>
    /// <exception cref="SocketException">The name has no address, or no address accepts the connection.</exception>
    /// <exception cref="TlsException">The handshake failed, or the certificate is refused.</exception>
    public async ValueTask<OpenConnection> OpenAsync(string host, int port, ConnectionPlan plan, bool inline, PhaseClock clock, CancellationToken ct)
    {
        var (stream, address) = await ConnectAsync(host, port, plan.Family, inline && !plan.IsSecure, clock, ct);
        // Of several that are tried at a time, the last one need not be the one that has answered.
        clock.Peer = new Peer(address, null);
        if (!plan.IsSecure)
            return new OpenConnection(stream, clock.Peer);
        clock.Enter(Phase.Tls);
        var secure = await Tls.SecureAsync(stream, host, plan.Tls, plan.OffersHttp2, chain => clock.Peer = new Peer(address, chain), ct);
        return new OpenConnection(secure, clock.Peer);
    }

    private async ValueTask<(Stream, IPAddress)> ConnectAsync(string host, int port, IpFamily family, bool inline, PhaseClock clock, CancellationToken ct)
    {
        if (!IPAddress.TryParse(host, out var literal))
            clock.Enter(Phase.Dns);
        var addresses = literal is not null ? [literal] : await ResolveAsync(host, family, ct);
        if (addresses.Length == 0)
            throw new SocketException((int)SocketError.NoData);
        // An IPv4 address within an IPv6 one leads to IPv4, and so it is called what it is.
        addresses = Array.ConvertAll(Array.FindAll(addresses, address => family.Includes(address)), address => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
        if (addresses.Length == 0)
            throw NoAddress(family, literal);
        var allowed = Array.FindAll(addresses, guard.Allows);
        if (allowed.Length == 0)
            throw new BlockedTargetException();

        clock.Enter(Phase.Connect);
        return allowed.Length == 1
            ? (await ConnectAsync(allowed[0], port, inline, clock, ct), allowed[0])
            : await ConnectionRace.RunAsync(
                ConnectionRace.InTurns(allowed, Ways.ToIPv6), (address, end) => ConnectAsync(address, port, inline, clock, end), Time, ct);
    }

    private static NoAddressException NoAddress(IpFamily family, IPAddress? literal)
    {
        var (wanted, other) = family == IpFamily.V6 ? ("IPv6", "IPv4") : ("IPv4", "IPv6");
        return new NoAddressException(literal is null ? $"no {wanted} address" : $"no {wanted} address: the URL has an {other} address");
    }

    private async ValueTask<Stream> ConnectAsync(IPAddress address, int port, bool inline, PhaseClock clock, CancellationToken ct)
    {
        clock.Peer = new Peer(address, null);
        var target = new IPEndPoint(address, port);
        try
        {
            return UsesEpoll ? await EpollStream.ConnectAsync(target, inline, ct) : await ConnectPortablyAsync(target, ct);
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            throw Routes.Explain(failure, address);
        }
    }

    private static async ValueTask<Stream> ConnectPortablyAsync(IPEndPoint target, CancellationToken ct)
    {
        var socket = FileReserve.Open(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(target, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async ValueTask<IPAddress[]> ResolveAsync(string host, IpFamily family, CancellationToken ct)
    {
        try
        {
            return family == IpFamily.Any || resolveFamily is null ? await resolve(host, ct) : await resolveFamily(host, family, ct);
        }
        catch (SocketException none) when (none.SocketErrorCode == SocketError.NoData && family != IpFamily.Any)
        {
            throw NoAddress(family, null);
        }
        catch (ArgumentException)
        {
            // The name is longer than DNS allows.
            throw new SocketException((int)SocketError.HostNotFound);
        }
    }
}
