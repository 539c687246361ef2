namespace Monit.Core.Checks.Assertions;

/// <summary>Whether an assertion held.</summary>
/// <param name="Actual">What came, shortened; null if nothing did. Of several values of JSON, the one that held.</param>
/// <param name="Problem">Why it could not be judged, which counts as not holding; null if it could.</param>
public readonly record struct AssertionResult(Assertion Assertion, bool Ok, string? Actual, string? Problem)
{
    private const int MaxExpected = 300;

    /// <summary>One line for people: what was expected, and what came, each shortened.</summary>
    public string Detail => Problem is null
        ? $"expected {Expected}, got {(string.IsNullOrEmpty(Actual) ? "nothing" : Actual)}"
        : $"expected {Expected}, but {Problem}";

    private string Expected => ShownText.Of(ShortForm.Format(Assertion with { Severity = Severity.Down }), MaxExpected);
}
