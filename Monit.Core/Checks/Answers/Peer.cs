using System.Net;

namespace Monit.Core.Checks.Answers;

/// <summary>The far side of a connection; the same object for all checks on it.</summary>
/// <param name="Address">That was connected to, or tried last; null if none was.</param>
/// <param name="Chain">The certificates that it showed; null without TLS, or if there were none.</param>
public sealed record Peer(IPAddress? Address, CertificateChain? Chain);
