using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using Monit.Core.Checks.Assertions;

namespace Monit.Benchmarks;

/// <summary>Ten assertions over a JSON body of 64 KiB, which is parsed for each answer.</summary>
[MemoryDiagnoser]
public class Assertions
{
    private static readonly string[] Texts =
    [
        "status in 200-299", "header content-type contains json", "body not_contains \"error\"", "latency lt 500", "json $.ok eq true",
        "json $.items[0].id eq 0", "json $.items[-1].name matches ^item", "json $.items[?@.id == 100].price lt 1000", "json $.meta.version exists", "json $.items[*].price gt 10",
    ];

    private static readonly AssertionEvaluator[] Evaluators = [.. Texts.Select(text =>
        ShortForm.TryParse(text, out var assertion, out var problem) ? new AssertionEvaluator(assertion) : throw new FormatException(problem))];

    private readonly byte[] _body = Encoding.UTF8.GetBytes(Body());

    [Benchmark]
    public int TenOver64KiB()
    {
        using var facts = new Facts
        {
            Status = 200, BodyBytes = _body, Total = TimeSpan.FromMilliseconds(20),
            Headers = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase) { ["Content-Type"] = ["application/json"] },
        };
        var held = 0;
        foreach (var evaluator in Evaluators)
            held += evaluator.Judge(facts).Ok ? 1 : 0;
        return held == Evaluators.Length ? held : throw new InvalidOperationException("All of them hold.");
    }

    private static string Body()
    {
        var text = new StringBuilder("""{"ok": true, "meta": {"version": "1.2.3"}, "items": [""");
        for (var i = 0; text.Length < 64 * 1024 - 200; i++)
            text.Append(CultureInfo.InvariantCulture, $$"""{{(i == 0 ? "" : ", ")}}{"id": {{i}}, "name": "item {{i}}", "price": {{i * 7 % 900}}.5, "stock": {"here": true, "count": {{i}} } }""");
        return text.Append("]}").ToString();
    }
}
