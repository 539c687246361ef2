using System.Text;
using System.Text.Json;
using CsCheck;
using Monit.Core.Checks.Assertions;
using Monit.Core.Json;
using Monit.Core.Validation;

namespace Monit.Tests.Fuzzing;

[Collection(nameof(Fuzzing))]
public sealed class AssertionFuzzingTests
{
    private static readonly string[] Problems = ["the path visits too many values", "the body is not JSON", "the body is empty", "there is no body", "the expression takes too long"];

    [Fact]
    public void JsonPath() => Paths(Fuzzing.Cases);

    [Fact, Trait("Speed", "Long")]
    public void JsonPath_Long() => Fuzzing.LeavesNoMemory(Fuzzing.ManyCases, Paths);

    [Fact]
    public void ShortForm() => ShortForms(Fuzzing.Cases);

    [Fact, Trait("Speed", "Long")]
    public void ShortForm_Long() => Fuzzing.LeavesNoMemory(Fuzzing.ManyCases, ShortForms);

    [Fact]
    public void Assertion() => Assertions(Fuzzing.Cases);

    [Fact, Trait("Speed", "Long")]
    public void Assertion_Long() => Fuzzing.LeavesNoMemory(Fuzzing.ManyCases, Assertions);

    private static void Paths(int cases) => Gen.Select(Inputs.Path, Inputs.Json).Sample((text, json) =>
    {
        if (!Core.Json.JsonPath.TryParse(text, out var path, out var problem))
        {
            Assert.NotEmpty(problem!);
            return;
        }
        using var document = JsonDocument.Parse(json);
        IReadOnlyList<JsonElement> selected;
        try
        {
            selected = path.Select(document.RootElement);
        }
        catch (JsonPathBudgetException)
        {
            return;
        }
        Assert.Equal(selected.Count > 0, path.Any(document.RootElement, _ => true));
        // With less to spend it says the same, or that it does not know.
        for (var budget = 0; budget < 64; budget = budget * 2 + 1)
            try
            {
                Assert.Equal(selected.Count, path.Select(document.RootElement, budget).Count);
            }
            catch (JsonPathBudgetException)
            {
            }
    }, iter: cases);

    private static void ShortForms(int cases) => Gen.Select(Inputs.ShortForm, Inputs.Json).Sample((text, body) =>
    {
        if (!Core.Checks.Assertions.ShortForm.TryParse(text, out var assertion, out var problem))
        {
            Assert.NotEmpty(problem!);
            return;
        }
        ReadsAsWritten(assertion);
        Judges(assertion, body);
    }, iter: cases);

    private static void Assertions(int cases) => Gen.Select(Inputs.Assertion, Inputs.Json).Sample((json, body) =>
    {
        var errors = new List<FieldError>();
        using var document = JsonDocument.Parse(json);
        if (AssertionParser.ReadOne(document.RootElement, "a", errors) is not { } assertion)
        {
            Assert.NotEmpty(errors);
            Assert.All(errors, error => Assert.StartsWith("a", error.Field, StringComparison.Ordinal));
            return;
        }
        Assert.Empty(errors);
        ReadsAsWritten(assertion);
        Judges(assertion, body);
    }, iter: cases);

    private static void ReadsAsWritten(Assertion assertion)
    {
        var written = Core.Checks.Assertions.ShortForm.Format(assertion);
        Assert.True(Core.Checks.Assertions.ShortForm.TryParse(written, out var again, out var problem), $"{written}: {problem}");
        Assert.Equal((assertion.Source, assertion.Property, assertion.Op, assertion.Severity), (again.Source, again.Property, again.Op, again.Severity));
        Assert.Equal(assertion.Value.ValueKind, again.Value.ValueKind);
        if (assertion.Value.ValueKind == JsonValueKind.String)
            Assert.Equal(assertion.Value.GetString(), again.Value.GetString());
        else if (assertion.Value.ValueKind != JsonValueKind.Undefined)
            Assert.Equal(JsonSerializer.Serialize(assertion.Value), JsonSerializer.Serialize(again.Value));
        Assert.Equal(written, Core.Checks.Assertions.ShortForm.Format(again));
    }

    private static void Judges(Assertion assertion, string body)
    {
        var evaluator = new AssertionEvaluator(assertion);
        foreach (var facts in (Facts[])[
            new Facts(), new Facts { Body = body + "\ud800" },
            new Facts
            {
                Status = 200, BodyBytes = Encoding.UTF8.GetBytes(body), Answers = [body, "a"], Rcode = "NOERROR", Ip = body.Length % 2 == 0 ? "10.0.0.1" : body, PacketLoss = 0.1m, CertDays = -5,
                Headers = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase) { ["x-a"] = [body, "5"], ["Content-Type"] = [body] },
            }])
        {
            using (facts)
            {
                var result = evaluator.Judge(facts);
                if (result.Problem is { } problem)
                    Assert.Contains(problem, Problems);
                Assert.False(result.Ok && result.Problem is not null);
                Assert.DoesNotContain(result.Actual ?? "", char.IsControl);
                Assert.True((result.Actual?.Length ?? 0) < 300);
                Assert.StartsWith("expected ", result.Detail, StringComparison.Ordinal);
            }
        }
    }
}
