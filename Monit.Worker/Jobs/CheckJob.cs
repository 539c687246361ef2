using System.Diagnostics;
using Monit.Core.Checks;
using Monit.Core.Checks.Settings;
using Monit.Core.Incidents;
using Monit.Storage.Schedule;
using Monit.Worker.Executor;

namespace Monit.Worker.Jobs;

/// <summary>A claimed monitor in the pipeline. Not thread-safe: one stage at a time owns it.</summary>
internal sealed class CheckJob(int shard, ClaimedJob claimed, ReadOnlyMemory<byte> config, long token, LeaseClock clock)
{
    public Guid Id => claimed.Id;
    public int Shard => shard;
    public ReadOnlySpan<byte> RawConfig => config.Span;
    public ReadOnlySpan<byte> RawIncident => claimed.Incident.Span;

    /// <summary>The number of slots that have passed without a check since it was due.</summary>
    public long Missed(TimeSpan interval) => claimed.Missed(Clock.Now, interval);

    /// <summary>Null until the executor has decoded <see cref="RawConfig"/>.</summary>
    public CheckConfig Config { get; set; } = null!;

    /// <summary>Hides the monitor's secrets in what is seen.</summary>
    public SecretMask Mask { get; set; } = SecretMask.Nothing;

    /// <summary>Why Monit cannot carry out the check, and what to do; null if it can.</summary>
    public string? Trouble { get; set; }

    /// <summary>Whether the answer is to be kept, if it is a good one.</summary>
    public bool IsSample { get; set; }

    public IncidentState Incident { get; set; }

    /// <summary>The check's root span, from the decision to the end of the job; null if the trace is not sampled.</summary>
    public Activity? Trace { get; set; }

    /// <summary>The clock of the claim, which renewals do not change.</summary>
    public LeaseClock Claimed { get; } = clock;
    public Lease Lease { get; private set; } = new(claimed.Id, token);
    public LeaseClock Clock { get; private set; } = clock;

    /// <summary>Whether the <see cref="Monit.Worker.Executor.LeaseKeeper"/> renews the lease while the check runs.</summary>
    public bool IsKept { get; set; }

    /// <summary>Replaces token and deadline after <c>extend</c>.</summary>
    public void Renew(long newToken, LeaseClock newClock) => (Lease, Clock) = (new Lease(Id, newToken), newClock);
}
