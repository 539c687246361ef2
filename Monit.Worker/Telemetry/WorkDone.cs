namespace Monit.Worker.Telemetry;

/// <summary>What this worker has done since it was last asked, for the summary of the API: beside the metrics, which go elsewhere.</summary>
internal sealed class WorkDone
{
    private long _completed;
    private long _missed;
    private long _claimed;
    private long _lagMs;

    public void Completed(int checks) => Interlocked.Add(ref _completed, checks);

    public void Missed(long slots) => Interlocked.Add(ref _missed, slots);

    /// <param name="lagMs">The sum of the times from due to claimed.</param>
    public void Claimed(int jobs, long lagMs)
    {
        Interlocked.Add(ref _claimed, jobs);
        Interlocked.Add(ref _lagMs, lagMs);
    }

    public (long Completed, long Missed, long Claimed, TimeSpan Lag) Take() => (
        Interlocked.Exchange(ref _completed, 0), Interlocked.Exchange(ref _missed, 0),
        Interlocked.Exchange(ref _claimed, 0), TimeSpan.FromMilliseconds(Interlocked.Exchange(ref _lagMs, 0)));
}
