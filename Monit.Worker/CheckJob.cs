using System.Diagnostics;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Core.Scheduling;

namespace Monit.Worker;

/// <summary>A claimed monitor on its way through the pipeline; one stage at a time owns it.</summary>
internal sealed class CheckJob(int shard, ClaimedJob claimed, ReadOnlyMemory<byte> config, long token, LeaseClock clock)
{
    public Guid Id => claimed.Id;
    public int Shard => shard;
    public ReadOnlySpan<byte> RawConfig => config.Span;
    public ReadOnlySpan<byte> RawIncident => claimed.Incident.Span;

    /// <summary>Slots that have gone by unchecked since it was due.</summary>
    public long Missed(TimeSpan interval) => claimed.Missed(Clock.Now, interval);

    /// <summary>Known once the executor has read it.</summary>
    public CheckConfig Config { get; set; } = null!;
    public IncidentState Incident { get; set; }

    /// <summary>The check's root span, from the decision on and while it is kept.</summary>
    public Activity? Trace { get; set; }

    /// <summary>The clock of the claim itself.</summary>
    public LeaseClock Claimed { get; } = clock;
    public Lease Lease { get; private set; } = new(claimed.Id, token);
    public LeaseClock Clock { get; private set; } = clock;

    /// <summary>Whether the lease is renewed while the check runs.</summary>
    public bool IsKept { get; set; }

    /// <summary>After <c>extend</c>: another token, and more time.</summary>
    public void Renew(long newToken, LeaseClock newClock) => (Lease, Clock) = (new Lease(Id, newToken), newClock);
}
