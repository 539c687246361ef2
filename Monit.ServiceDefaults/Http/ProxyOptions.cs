namespace Monit.ServiceDefaults.Http;

/// <summary>Who stands before the service. Section <c>Network</c>.</summary>
public sealed class ProxyOptions
{
    /// <summary>
    /// Addresses and networks (<c>10.0.0.5, 172.16.0.0/12</c>) whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are believed;
    /// default none.
    /// </summary>
    [AddressList(ErrorMessage = "Network:TrustedProxies must be addresses or networks separated by commas, such as 10.0.0.5, 172.16.0.0/12.")]
    public string TrustedProxies { get; set; } = "";
}
