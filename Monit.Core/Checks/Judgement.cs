using Monit.Core.Checks.Assertions;

namespace Monit.Core.Checks;

/// <summary>A verdict with what it rests on.</summary>
/// <param name="Assertions">One for each of the monitor's assertions, in order; empty if it has none, or there was no answer.</param>
internal readonly record struct Judgement(Verdict Verdict, IReadOnlyList<AssertionResult> Assertions)
{
    public Judgement(Verdict verdict) : this(verdict, [])
    {
    }
}
