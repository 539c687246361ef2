using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Options;
using Monit.ServiceDefaults.Http;

namespace Monit.Api.Auth;

/// <summary>
/// What proves that who creates the first account has started Monit. Derived from <c>Auth:Secret</c>, so that all replicas and all
/// starts have the same, and nothing must be stored.
/// </summary>
internal sealed class SetupToken(IOptions<AuthOptions> options, IOptions<ProxyOptions> proxies, IServer server)
{
    private const int Bytes = 16;

    public string Value { get; } = Convert.ToHexStringLower(
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(options.Value.Secret), "Monit setup token"u8).AsSpan(0, Bytes));

    /// <summary>Whether the first account needs it: others than this machine's users can reach Monit, directly or by a proxy.</summary>
    public bool IsRequired => options.Value.Registration == Registration.FirstUserOnly
        && (proxies.Value.TrustedProxies.Length > 0 || !ListenAddresses.AreLocal(server));

    public bool Matches(string given) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(given.Trim())), SHA256.HashData(Encoding.UTF8.GetBytes(Value)));
}
