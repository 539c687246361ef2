using Monit.Core.Checks;
using Monit.Core.Checks.Assertions;

namespace Monit.Probes.Http;

/// <summary>What of a response is kept for those who judge or show it.</summary>
internal enum AnswerNeed : byte
{
    /// <summary>Nothing but the status, if that is the expected one.</summary>
    Nothing,
    /// <summary>The headers and the beginning of the body.</summary>
    Start,
    /// <summary>All of it.</summary>
    Whole,
}

internal static class AnswerNeeds
{
    /// <summary>The most bytes of a body that are kept if only its beginning is needed: twice what is shown, so that a secret at the end of that is seen in full.</summary>
    public const int StartBytes = 8 * 1024;

    private const int FirstError = 400;

    public static AnswerNeed Of(CheckConfig spec, bool withAnswer)
    {
        var need = withAnswer ? AnswerNeed.Start : AnswerNeed.Nothing;
        if (spec.Settings.Assertions is not { } assertions)
            return need;
        foreach (var assertion in assertions)
            if (assertion.Source is AssertionSource.Body or AssertionSource.Json)
                return AnswerNeed.Whole;
            else if (assertion.Source == AssertionSource.Header)
                need = AnswerNeed.Start;
        return need;
    }

    /// <summary>What is needed now that the status is known: one that is not expected is shown to people. Where any is, errors are.</summary>
    public static AnswerNeed At(this AnswerNeed need, int status, CheckConfig spec) =>
        need == AnswerNeed.Nothing && (spec.ExpectedStatus is { } expected ? status != expected : status >= FirstError) ? AnswerNeed.Start : need;

    /// <summary>The most bytes that are read of a body, as they come over the connection.</summary>
    public static int BodyCap(this AnswerNeed need) => need == AnswerNeed.Whole ? HttpProbe.JudgedBodyCap : HttpProbe.BodyCap;
}
