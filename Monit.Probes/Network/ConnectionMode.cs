namespace Monit.Probes.Network;

/// <summary>Whether a check reuses connections of earlier checks.</summary>
public enum ConnectionMode
{
    /// <summary>Every check resolves the name, connects and performs the TLS handshake, so it detects DNS and certificate failures.</summary>
    New,
    /// <summary>Connections are reused: cheaper, but failures that only a new connection shows are detected late.</summary>
    KeepAlive,
}
