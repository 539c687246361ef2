using System.Security.Cryptography;
using System.Text;

namespace Monit.Api.Auth;

/// <summary>
/// Slows the guessing of one account's password, from whatever addresses it comes. After <see cref="Free"/> failures in a row
/// guesses must lie apart, twice as far after each, up to <see cref="LongestPause"/>. Who has guessed wrong here lately
/// waits twice as long as others, so that the owner finds a gap even at a new address; and an address that has logged in to this
/// account before is counted by itself. Addresses of no account are counted alike. In memory, for this process.
/// </summary>
internal sealed class Guesses(TimeProvider time)
{
    /// <summary>Failures in a row before guesses must lie apart.</summary>
    public const int Free = 10;

    /// <summary>Accounts that are remembered; beyond it the least recently used are forgotten.</summary>
    public const int MaxAccounts = 50_000;

    /// <summary>Addresses that are remembered for an account: of those that logged in, and of those that failed.</summary>
    private const int MaxKnown = 8, MaxFailed = 64;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);
    private readonly Dictionary<Guid, Account> _accounts = [];
    private readonly Lock _lock = new();

    /// <summary>The longest pause between two guesses of strangers; twice that for those who failed lately.</summary>
    public static TimeSpan LongestPause { get; } = TimeSpan.FromMinutes(1);

    public int Count
    {
        get
        {
            lock (_lock)
                return _accounts.Count;
        }
    }

    /// <summary>Asks for a guess, which is then counted by <see cref="Failed"/> or <see cref="Succeeded"/>.</summary>
    /// <returns>Null: go ahead. Otherwise how long to wait; the password must not be looked at.</returns>
    public TimeSpan? Refuse(string email, string network)
    {
        lock (_lock)
        {
            if (!_accounts.TryGetValue(KeyOf(email), out var account))
                return null;
            var tally = account.Of(network);
            var quiet = time.GetElapsedTime(tally.Last);
            if (quiet >= Memory)
                tally.Clear();
            if (tally.Failures < Free)
                return null;
            // One at a time: the next guess waits from this one on, whatever becomes of it.
            var pause = PauseAfter(tally.Failures) * (tally.Failed.Contains(network) ? 2 : 1);
            if (quiet < pause)
                return pause - quiet;
            tally.Last = time.GetTimestamp();
            return null;
        }
    }

    public void Failed(string email, string network)
    {
        lock (_lock)
        {
            var account = Remember(KeyOf(email));
            var tally = account.Of(network);
            tally.Failures++;
            tally.Last = account.Used = time.GetTimestamp();
            // An address that has logged in before is by itself, and waits no longer than a stranger.
            if (ReferenceEquals(tally, account.Strangers))
                Note(tally.Failed, network, MaxFailed);
        }
    }

    public void Succeeded(string email, string network)
    {
        lock (_lock)
        {
            var account = Remember(KeyOf(email));
            account.Used = time.GetTimestamp();
            account.Strangers.Clear();
            if (account.Known.TryGetValue(network, out var known))
                known.Clear();
            else
            {
                if (account.Known.Count >= MaxKnown)
                    account.Known.Remove(account.Known.MinBy(pair => pair.Value.Last).Key);
                account.Known[network] = new Tally { Last = account.Used };
            }
        }
    }

    private static TimeSpan PauseAfter(int failures) =>
        FirstPause * Math.Pow(2, Math.Min(failures - Free, 16)) is var pause && pause < LongestPause ? pause : LongestPause;

    private static void Note(List<string> networks, string network, int max)
    {
        networks.Remove(network);
        networks.Add(network);
        if (networks.Count > max)
            networks.RemoveAt(0);
    }

    // A digest: however long addresses are, they take the same room.
    private static Guid KeyOf(string email) => new(SHA256.HashData(Encoding.UTF8.GetBytes(email)).AsSpan(0, 16));

    private Account Remember(Guid key)
    {
        if (_accounts.TryGetValue(key, out var account))
            return account;
        // Made-up addresses must not push out accounts that somebody has logged in to.
        if (_accounts.Count >= MaxAccounts)
            foreach (var (old, _) in _accounts.OrderBy(pair => pair.Value.Known.Count > 0).ThenBy(pair => pair.Value.Used).Take(MaxAccounts / 10).ToList())
                _accounts.Remove(old);
        return _accounts[key] = new Account();
    }

    private sealed class Account
    {
        public Tally Strangers { get; } = new();
        public Dictionary<string, Tally> Known { get; } = [];
        public long Used { get; set; }

        public Tally Of(string network) => Known.GetValueOrDefault(network, Strangers);
    }

    private sealed class Tally
    {
        public int Failures { get; set; }
        public long Last { get; set; }
        /// <summary>Who failed lately, the last of them last.</summary>
        public List<string> Failed { get; } = [];

        public void Clear()
        {
            Failures = 0;
            Failed.Clear();
        }
    }
}
