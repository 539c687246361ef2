namespace Monit.Probes.Network.Tls;

/// <summary>
/// What is costly to make and used again: kept while there is room, and what was used longest ago gives way. It is
/// disposed of as soon as nobody uses it any more.
/// </summary>
/// <param name="room">The most that is kept, as the sum of the sizes.</param>
internal sealed class Kept<T>(int room) where T : class, IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _byKey = [];
    // The one used last comes first.
    private readonly LinkedList<Entry> _byUse = [];
    private int _size;

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _byKey.Count;
        }
    }

    /// <summary>Takes what is kept under the key, or makes it. The lease must be disposed of.</summary>
    /// <param name="make">Yields it, with its size.</param>
    public Lease Take(string key, Func<(T Value, int Size)> make)
    {
        lock (_lock)
            if (_byKey.TryGetValue(key, out var known))
                return Use(known);
        var (value, size) = make();
        List<T> over = [];
        try
        {
            lock (_lock)
            {
                // Another check may have made it at the same time.
                if (_byKey.TryGetValue(key, out var known))
                {
                    over.Add(value);
                    return Use(known);
                }
                var entry = new Entry(key, value, size);
                _byKey.Add(key, entry);
                _byUse.AddFirst(entry.Place);
                _size += size;
                var lease = Use(entry);
                while (_size > room && _byUse.Last!.Value is var oldest && oldest != entry)
                    Remove(oldest, over);
                return lease;
            }
        }
        finally
        {
            over.ForEach(one => one.Dispose());
        }
    }

    private Lease Use(Entry entry)
    {
        _byUse.Remove(entry.Place);
        _byUse.AddFirst(entry.Place);
        entry.Users++;
        return new Lease(this, entry);
    }

    private void Remove(Entry entry, List<T> over)
    {
        _byKey.Remove(entry.Key);
        _byUse.Remove(entry.Place);
        _size -= entry.Size;
        entry.IsGone = true;
        if (entry.Users == 0)
            over.Add(entry.Value);
    }

    private void Release(Entry entry)
    {
        lock (_lock)
            if (--entry.Users > 0 || !entry.IsGone)
                return;
        entry.Value.Dispose();
    }

    /// <summary>The right to use it until the lease is disposed of, which may be done more than once.</summary>
    public sealed class Lease : IDisposable
    {
        private readonly Entry _entry;
        private Kept<T>? _owner;

        internal Lease(Kept<T> owner, Entry entry) => (_owner, _entry) = (owner, entry);

        public T Value => _entry.Value;

        public void Dispose() => Interlocked.Exchange(ref _owner, null)?.Release(_entry);
    }

    internal sealed class Entry
    {
        public Entry(string key, T value, int size) => (Key, Value, Size, Place) = (key, value, size, new LinkedListNode<Entry>(this));

        public string Key { get; }
        public T Value { get; }
        public int Size { get; }
        public LinkedListNode<Entry> Place { get; }
        public int Users { get; set; }
        public bool IsGone { get; set; }
    }
}
