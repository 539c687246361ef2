namespace Monit.Worker.ResultProcessor;

/// <summary>
/// Lets quick retries be at most a tenth of the claims, so that an outage of our own network does not triple the load;
/// a burst of 100 is always at hand, so that a small installation retries whenever it wants to.
/// </summary>
internal sealed class RetryBudget
{
    private const int Cost = 10;
    private const int Most = 100 * Cost;
    private int _saved = Most;

    /// <summary>Every claim saves a tenth of a retry.</summary>
    public void Earn(int claims)
    {
        var saved = Volatile.Read(ref _saved);
        while (claims > 0 && saved < Most)
        {
            var before = Interlocked.CompareExchange(ref _saved, (int)Math.Min(Most, (long)saved + claims), saved);
            if (before == saved)
                return;
            saved = before;
        }
    }

    /// <summary>Takes one retry, if there is one.</summary>
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
