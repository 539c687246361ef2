namespace Monit.Worker.Jobs;

/// <summary>
/// A token bucket that limits quick retries to a tenth of the claims, so that an outage of the worker's own network does
/// not triple the load. It holds up to 100 retries, so a small installation is hardly ever limited.
/// </summary>
internal sealed class RetryBudget
{
    private const int Cost = 10;
    private const int Max = 100 * Cost;
    private int _saved = Max;

    /// <summary>Each claimed job adds a tenth of a retry.</summary>
    public void Earn(int claims)
    {
        var saved = Volatile.Read(ref _saved);
        while (claims > 0 && saved < Max)
        {
            var before = Interlocked.CompareExchange(ref _saved, (int)Math.Min(Max, (long)saved + claims), saved);
            if (before == saved)
                return;
            saved = before;
        }
    }

    /// <summary>Takes one retry; false if there is none.</summary>
    public bool TrySpend()
    {
        var saved = Volatile.Read(ref _saved);
        while (saved >= Cost)
        {
            var before = Interlocked.CompareExchange(ref _saved, saved - Cost, saved);
            if (before == saved)
                return true;
            saved = before;
        }
        return false;
    }
}
