using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Monit.Api.Http;

/// <summary>
/// What every schema of the contract has in common: answers always have all their fields; what a request must be given is not
/// null; and converters of our own hide no types.
/// </summary>
internal static class ContractSchemas
{
    public static Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken ct)
    {
        var json = context.JsonTypeInfo;
        if (json.Type == typeof(DateTimeOffset) || json.Type == typeof(DateTimeOffset?))
        {
            schema.Type = json.Type == typeof(DateTimeOffset) ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
            schema.Format = "date-time";
        }
        else if (json.Type.IsEnum)
            schema.Type = JsonSchemaType.String;
        else if (json.UnmappedMemberHandling == JsonUnmappedMemberHandling.Disallow)
            foreach (var name in schema.Required ?? new HashSet<string>())
                if (schema.Properties![name] is OpenApiSchema { Type: { } type } field)
                    field.Type = type & ~JsonSchemaType.Null;
        // What may be anything may be null as well; said twice, null would be one too many of "one of".
        foreach (var any in json.Properties.Where(property => property.PropertyType == typeof(JsonElement?) && schema.Properties?.ContainsKey(property.Name) == true))
            schema.Properties![any.Name] = new OpenApiSchema();
        if (schema.Properties is { Count: > 0 } fields && json.UnmappedMemberHandling != JsonUnmappedMemberHandling.Disallow)
            schema.Required = fields.Keys.ToHashSet();
        return Task.CompletedTask;
    }
}
