namespace Monit.Core.Options;

/// <summary>Where Worker, Api and Alerts may connect to for users. Section <c>Network</c>.</summary>
public sealed class NetworkOptions
{
    /// <summary>The name of <see cref="AllowPrivateTargets"/> until 0.2; still read.</summary>
    public const string OldName = "Executor:AllowPrivateTargets";

    /// <summary>
    /// Whether addresses that are not public (private, loopback) may be connected to; never null when read. Default: only in
    /// development. Cloud metadata services and link-local addresses are refused in any case.
    /// </summary>
    public bool? AllowPrivateTargets { get; set; }
}
