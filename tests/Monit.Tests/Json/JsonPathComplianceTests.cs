using System.Runtime.CompilerServices;
using System.Text.Json;
using Monit.Core.Json;

namespace Monit.Tests.Json;

/// <summary>
/// The public JSONPath Compliance Test Suite (github.com/jsonpath-standard/jsonpath-compliance-test-suite), where its file is there:
/// named by <c>MONIT_TEST_JSONPATH_CTS</c>, or beside the checkout in <c>shared/data</c>.
/// </summary>
public sealed class JsonPathComplianceTests
{
    public static TheoryData<string> Names => [.. Cases().Select(test => test.GetProperty("name").GetString()!)];

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Names))]
    public void Case_IsAnsweredAsTheSuiteSays(string name)
    {
        var test = Cases().First(test => test.GetProperty("name").GetString() == name);
        var isValid = JsonPath.TryParse(test.GetProperty("selector").GetString()!, out var path, out var problem);
        if (test.TryGetProperty("invalid_selector", out _))
        {
            Assert.False(isValid);
            return;
        }
        Assert.True(isValid, problem);
        var selected = path!.Select(test.GetProperty("document"));
        var expected = test.TryGetProperty("results", out var several) ? [.. several.EnumerateArray()] : new List<JsonElement> { test.GetProperty("result") };
        Assert.Contains(expected, result => result.GetArrayLength() == selected.Count && result.EnumerateArray().Zip(selected).All(pair => JsonElement.DeepEquals(pair.First, pair.Second)));
    }

    private static JsonElement[] Cases([CallerFilePath] string here = "")
    {
        var file = Environment.GetEnvironmentVariable("MONIT_TEST_JSONPATH_CTS")
            ?? Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../../shared/data/jsonpath-cts.json"));
        return File.Exists(file) ? [.. JsonElement.Parse(File.ReadAllText(file)).GetProperty("tests").EnumerateArray()] : [];
    }
}
