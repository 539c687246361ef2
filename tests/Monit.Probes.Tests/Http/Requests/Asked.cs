using System.Net;
using Monit.Core.Checks;
using Monit.Core.Checks.Assertions;
using Monit.Core.Checks.Settings;

namespace Monit.Probes.Tests.Http.Requests;

/// <summary>Configurations of checks with settings.</summary>
internal static class Asked
{
    public static CheckConfig Of(string url, RequestSettings? request = null, int? status = 200, double timeout = 20, TlsSettings? tls = null,
        NetworkSettings? network = null, params string[] assertions) =>
        new(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(timeout), status, null, url)
        {
            Settings = new CheckSettings { Request = request, Tls = tls, Network = network, Assertions = assertions.Length == 0 ? null : [.. assertions.Select(Assertion)] },
        };

    /// <summary>Resolves every name to this machine.</summary>
    public static Task<IPAddress[]> Here(string host, CancellationToken ct) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]);

    /// <summary>The value of a header of a request; null if it is not there.</summary>
    public static string? Header(string request, string name) =>
        request.Split("\r\n\r\n")[0].Split("\r\n").FirstOrDefault(line => line.StartsWith(name + ": ", StringComparison.OrdinalIgnoreCase))?[(name.Length + 2)..];

    private static Assertion Assertion(string text) =>
        ShortForm.TryParse(text, out var assertion, out var problem) ? assertion : throw new InvalidOperationException(problem);
}
