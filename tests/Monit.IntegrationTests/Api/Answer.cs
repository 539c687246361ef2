using System.Text.Json;

namespace Monit.IntegrationTests.Api;

/// <summary>A complete response.</summary>
public sealed record Answer(int Status, string Content, Dictionary<string, string> Headers)
{
    public JsonElement Json { get; } = Content.Length > 0 && Content[0] is '{' ? JsonSerializer.Deserialize<JsonElement>(Content) : default;

    public JsonElement this[string field] => field.Split('.').Aggregate(Json, (json, name) => json.GetProperty(name));
    public string Text(string field) => this[field].ToString();
    public Guid Guid(string field) => this[field].GetGuid();
    public bool IsNull(string field) => this[field].ValueKind == JsonValueKind.Null;
    public List<JsonElement> Items => [.. this["items"].EnumerateArray()];
    public IEnumerable<Guid> Ids => Items.Select(i => i.GetProperty("id").GetGuid());

    public static async Task<Answer> ReadAsync(HttpResponseMessage response) => new(
        (int)response.StatusCode, await response.Content.ReadAsStringAsync(),
        response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(',', h.Value), StringComparer.OrdinalIgnoreCase));

    /// <summary>Asserts all fields of a problem response.</summary>
    public Answer IsProblem(int status, string code, string? field = null)
    {
        Assert.True(Status == status, ToString());
        Assert.StartsWith("application/problem+json", Headers["Content-Type"], StringComparison.Ordinal);
        Assert.Equal(code, Text("code"));
        Assert.Equal($"urn:monit:problem:{code}", Text("type"));
        Assert.Equal(status, this["status"].GetInt32());
        Assert.NotEmpty(Text("title"));
        Assert.NotEmpty(Text("trace_id"));
        Assert.False(Json.TryGetProperty("traceId", out _));
        Assert.NotEmpty(Headers["X-Request-Id"]);
        if (field is not null)
            Assert.True(Json.TryGetProperty("errors", out var errors) && errors.TryGetProperty(field, out var messages)
                && messages[0].GetString()!.StartsWith(field, StringComparison.Ordinal), ToString());
        return this;
    }

    public override string ToString() => $"{Status} {Content}";
}
