namespace Monit.Probes.Network.Names;

/// <summary>What a DNS server has said.</summary>
internal enum DnsOutcome
{
    /// <summary>Nothing, so far.</summary>
    Silent,
    Found,
    /// <summary>The name exists, and has no such address.</summary>
    NoData,
    NoSuchName,
    /// <summary>It could not or would not answer, or its answer cannot be read.</summary>
    Failed,
}
