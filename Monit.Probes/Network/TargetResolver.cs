using System.Net;
using Monit.Core.Checks.Settings;

namespace Monit.Probes.Network;

/// <summary>Resolves a host name; throws <see cref="System.Net.Sockets.SocketException"/> as the system's resolver does.</summary>
internal delegate Task<IPAddress[]> TargetResolver(string host, CancellationToken ct);

/// <summary>The same for the addresses of one family, where only these can be asked for. It may yield others besides.</summary>
internal delegate Task<IPAddress[]> FamilyResolver(string host, IpFamily family, CancellationToken ct);
