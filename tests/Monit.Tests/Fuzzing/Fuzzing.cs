namespace Monit.Tests.Fuzzing;

/// <summary>
/// Random input for what reads the text and bytes of strangers. Whatever it is, the documented outcomes come of it, and no exception.
/// These tests have the machine to themselves, since some look at memory.
/// </summary>
[CollectionDefinition(nameof(Fuzzing), DisableParallelization = true)]
public sealed class Fuzzing
{
    /// <summary>Cases of each test in an ordinary run.</summary>
    public const int Cases = 10_000;

    /// <summary>Cases of each test in the long one.</summary>
    public const int ManyCases = 1_000_000;

    /// <summary>Fails if a run leaves memory behind: what is alive after it is about what was after its first twentieth.</summary>
    public static void LeavesNoMemory(int cases, Action<int> run)
    {
        run(cases / 20);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        run(cases - cases / 20);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 16 << 20);
    }
}
