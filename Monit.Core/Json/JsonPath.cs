using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Monit.Core.Json;

/// <summary>A JSONPath query (RFC 9535). It selects values, not their places.</summary>
public sealed class JsonPath
{
    /// <summary>The longest query, in UTF-16 code units.</summary>
    public const int MaxLength = 1000;

    private const int Budget = 1_000_000;

    private readonly JsonQuery _query;

    private JsonPath(string text, JsonQuery query) => (Text, _query) = (text, query);

    /// <summary>The query as it was parsed.</summary>
    public string Text { get; }

    /// <param name="problem">What is wrong with the text, and where, for people.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out JsonPath? path, [NotNullWhen(false)] out string? problem)
    {
        (path, problem) = (null, null);
        try
        {
            if (text.Length > MaxLength)
                throw new FormatException($"is longer than {MaxLength} characters");
            path = new JsonPath(text, new JsonPathParser(text).Parse());
            return true;
        }
        catch (FormatException failure)
        {
            problem = failure.Message;
            return false;
        }
    }

    /// <summary>Finds the query that a text begins with; what follows it may be anything.</summary>
    /// <param name="length">Where the query ends.</param>
    /// <param name="problem">As in <see cref="TryParse"/>.</param>
    internal static bool TryParseStart(string text, out int length, [NotNullWhen(false)] out string? problem)
    {
        (length, problem) = (0, null);
        try
        {
            length = new JsonPathParser(text).ParseStart();
            return true;
        }
        catch (FormatException failure)
        {
            problem = failure.Message;
            return false;
        }
    }

    /// <summary>The selected values of a document, in document order where RFC 9535 gives one.</summary>
    /// <param name="budget">As in <see cref="Any"/>.</param>
    /// <exception cref="JsonPathBudgetException">The budget is used up, so that the answer is not known.</exception>
    public IReadOnlyList<JsonElement> Select(JsonElement root, int budget = Budget)
    {
        var selected = new List<JsonElement>();
        Any(root, value =>
        {
            selected.Add(value);
            return false;
        }, budget);
        return selected;
    }

    /// <summary>Whether one of the selected values passes a test. What comes after the first that does is not looked at.</summary>
    /// <param name="test">Is given each value, in the order of <see cref="Select"/>.</param>
    /// <param name="budget">What may be looked at on the way: a value costs one, and more if it is long.</param>
    /// <exception cref="JsonPathBudgetException">The budget is used up, so that the answer is not known.</exception>
    public bool Any(JsonElement root, Func<JsonElement, bool> test, int budget = Budget) =>
        new JsonPathEvaluation(root, budget).Any(_query, root, test);
}

/// <summary>A query visits more values than it may.</summary>
public sealed class JsonPathBudgetException() : Exception("The JSONPath visits too many values of this document.");
