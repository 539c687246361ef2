namespace Monit.Worker.Executor;

/// <summary>
/// A number of slots that accounts share: one account may hold at most four times as many as are free. So one alone
/// gets four fifths of them, and whoever comes later always finds some. (Known from switches as dynamic thresholds:
/// Choudhury and Hahne, 1998.)
/// </summary>
internal sealed class FairShare(int limit)
{
    private const int Weight = 4;
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, int> _held = [];
    private int _used;

    public int Limit => limit;
    public int Used => Volatile.Read(ref _used);

    public bool TryTake(Guid account)
    {
        lock (_lock)
        {
            var held = _held.GetValueOrDefault(account);
            if (held >= Weight * (limit - _used))
                return false;
            _held[account] = held + 1;
            _used++;
            return true;
        }
    }

    public void Return(Guid account)
    {
        lock (_lock)
        {
            _used--;
            if (--_held[account] == 0)
                _held.Remove(account);
        }
    }
}
