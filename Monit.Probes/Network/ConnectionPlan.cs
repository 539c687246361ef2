using Monit.Core.Checks.Answers;
using Monit.Core.Checks.Settings;

namespace Monit.Probes.Network;

/// <summary>How to connect to a target.</summary>
/// <param name="Tls">What the monitor sets; null: what is usual.</param>
/// <param name="OffersHttp2">Whether ALPN offers <c>h2</c> before <c>http/1.1</c>.</param>
internal sealed record ConnectionPlan(bool IsSecure, IpFamily Family = IpFamily.Any, TlsSettings? Tls = null, bool OffersHttp2 = false)
{
    public static ConnectionPlan Plain { get; } = new(IsSecure: false);
    public static ConnectionPlan Secure { get; } = new(IsSecure: true);
}

/// <summary>An open connection.</summary>
/// <param name="Stream">A <see cref="System.Net.Security.SslStream"/> if it is secure.</param>
internal readonly record struct OpenConnection(Stream Stream, Peer Peer);
