using System.Net;

namespace Monit.Probes.Network;

/// <summary>Resolves a host name; throws <see cref="System.Net.Sockets.SocketException"/> as the system's resolver does.</summary>
internal delegate Task<IPAddress[]> TargetResolver(string host, CancellationToken ct);
