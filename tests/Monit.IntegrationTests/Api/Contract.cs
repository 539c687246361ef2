using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace Monit.IntegrationTests.Api;

/// <summary>The OpenAPI document of a running API, and whether answers are as it says.</summary>
public sealed class Contract
{
    private const string Prefix = "/api/v1";
    private readonly JsonNode _document;
    private readonly Dictionary<string, JsonSchema> _schemas = [];

    private Contract(JsonNode document)
    {
        _document = document;
        Operations = [.. document["paths"]!.AsObject().Where(path => path.Key.StartsWith(Prefix, StringComparison.Ordinal)).SelectMany(path => path.Value!.AsObject().Select(operation =>
            new Operation(operation.Key.ToUpperInvariant(), path.Key[Prefix.Length..], operation.Value!)))];
    }

    public IReadOnlyList<Operation> Operations { get; }

    public IEnumerable<(string Path, string[] Methods)> Paths =>
        Operations.GroupBy(o => o.Path).Select(path => (path.Key, path.Select(o => o.Method).ToArray()));

    public static async Task<Contract> ReadAsync(ApiHost host) =>
        new(JsonNode.Parse(await host.Http.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken))!);

    public static string Fill(string path, Guid id) => path.Replace("{id}", $"{id}", StringComparison.Ordinal);

    /// <summary>The schema of a request's body.</summary>
    public JsonNode BodyOf(Operation operation) => Resolve(operation.Node["requestBody"]!["content"]!["application/json"]!["schema"]!);

    /// <summary>Asserts that the status is listed, and that the body is as its schema says, without further fields.</summary>
    public void Matches(Operation operation, Answer answer)
    {
        Assert.True(operation.Node["responses"]![$"{answer.Status}"] is not null, $"{operation} does not list {answer}");
        var content = operation.Node["responses"]![$"{answer.Status}"]!["content"];
        if (content is null)
        {
            Assert.True(answer.Content.Length == 0, $"{operation} lists no content: {answer}");
            return;
        }
        var type = answer.Headers["Content-Type"].Split(';')[0];
        Assert.True(content[type] is not null, $"{operation} does not list {type}: {answer}");
        foreach (var header in operation.Node["responses"]![$"{answer.Status}"]!["headers"]?.AsObject() ?? [])
            Assert.True(answer.Headers.ContainsKey(header.Key), $"{operation} lists the header {header.Key}: {answer}");
        // Other forms than JSON have no schema to compare with.
        if (!type.EndsWith("json", StringComparison.Ordinal))
            return;
        var result = SchemaOf(content[type]!["schema"]!).Evaluate(JsonNode.Parse(answer.Content),
            new EvaluationOptions { OutputFormat = OutputFormat.List, RequireFormatValidation = true });
        Assert.True(result.IsValid, $"{operation}: {answer} {JsonSerializer.Serialize(result)}");
    }

    private JsonNode Resolve(JsonNode schema) =>
        schema["$ref"] is { } name ? _document["components"]!["schemas"]![name.GetValue<string>().Split('/')[^1]]! : schema;

    // Objects may have the fields that are listed, and no others.
    private JsonSchema SchemaOf(JsonNode schema)
    {
        var text = schema.ToJsonString();
        if (_schemas.TryGetValue(text, out var known))
            return known;
        var root = schema.DeepClone().AsObject();
        root["$defs"] = _document["components"]!["schemas"]!.DeepClone();
        foreach (var (_, each) in root["$defs"]!.AsObject())
            if (each!["properties"] is not null)
                each["additionalProperties"] = false;
        return _schemas[text] = JsonSchema.FromText(root.ToJsonString().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal));
    }

    /// <param name="Path">Below <c>/api/v1</c>.</param>
    public sealed record Operation(string Method, string Path, JsonNode Node)
    {
        public bool NeedsToken => Node["security"] is not null;
        public bool HasBody => Node["requestBody"] is not null;
        public bool HasId => Path.Contains("{id}", StringComparison.Ordinal);
        public IEnumerable<(string Name, JsonNode Schema)> Query => (Node["parameters"]?.AsArray() ?? [])
            .Where(p => p!["in"]!.GetValue<string>() == "query").Select(p => (p!["name"]!.GetValue<string>(), p["schema"]!));
        public IEnumerable<int> Statuses => Node["responses"]!.AsObject().Select(r => r.Key).Where(r => r != "default").Select(int.Parse);
        public override string ToString() => $"{Method} {Path}";
    }
}
