using Microsoft.Extensions.Options;

namespace Monit.Api.Checks;

/// <summary>
/// Bounds the checks that run at the same time in this process: each holds a connection of the API and one or two to its target, for as
/// long as its time-out. One account cannot have all of them.
/// </summary>
internal sealed class TrialSlots(IOptions<TrialOptions> options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, int> _byAccount = [];
    private int _taken;

    private int Limit => options.Value.ChecksAtOnce;

    /// <returns>Whether there is one; then <see cref="Leave"/> gives it back. Waiting for one would hold the API's connections instead.</returns>
    public Entry TryEnter(Guid account)
    {
        lock (_lock)
        {
            var own = _byAccount.GetValueOrDefault(account);
            if (own >= (Limit + 1) / 2)
                return Entry.AccountIsFull;
            if (_taken >= Limit)
                return Entry.ProcessIsFull;
            _byAccount[account] = own + 1;
            _taken++;
            return Entry.Granted;
        }
    }

    public void Leave(Guid account)
    {
        lock (_lock)
        {
            _taken--;
            if (--_byAccount[account] == 0)
                _byAccount.Remove(account);
        }
    }

    public enum Entry
    {
        Granted,
        AccountIsFull,
        ProcessIsFull,
    }
}
