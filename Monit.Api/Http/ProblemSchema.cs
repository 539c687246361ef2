using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Monit.Api.Http;

/// <summary>The schema of every error.</summary>
internal static class ProblemSchema
{
    public const string Name = "Problem";

    public static OpenApiSchema Create() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "Problem details, RFC 9457.",
        Required = new HashSet<string> { "type", "title", "status", "code", "trace_id" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text(),
            ["title"] = Text(),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "400", Maximum = "599" },
            ["detail"] = Text(),
            ["code"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. Problems.Codes.Select(code => (JsonNode)code)] },
            ["trace_id"] = Text(),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object, Description = "Messages by field, where fields are invalid.",
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = Text() },
            },
        },
    };

    private static OpenApiSchema Text() => new() { Type = JsonSchemaType.String };
}
