using System.Security.Authentication;

namespace Monit.Probes.Network.Tls;

/// <summary>There is no secure connection to the target.</summary>
/// <param name="detail">Why, in a few plain words, without control characters; it is shown to users.</param>
internal sealed class TlsException(string detail, Exception? cause = null) : AuthenticationException(detail, cause);
