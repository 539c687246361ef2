namespace Monit.Worker.Executor;

/// <summary>A set of hashes in 1 MB. It may take a few for members that are not (a tenth, with a million members).</summary>
internal sealed class SeenBits
{
    private const int Words = 1 << 17;
    private readonly long[] _words = new long[Words];

    public bool Has(ulong hash) => (Volatile.Read(ref _words[Word(hash)]) & Bit(hash)) != 0;

    public void Add(ulong hash) => Interlocked.Or(ref _words[Word(hash)], Bit(hash));

    private static int Word(ulong hash) => (int)((hash >> 6) % Words);

    private static long Bit(ulong hash) => 1L << (int)(hash & 63);
}
