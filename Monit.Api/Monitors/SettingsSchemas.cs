using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Monit.Core.Checks.Assertions;
using Monit.Core.Checks.Settings;
using HttpProtocol = Monit.Core.Checks.Settings.HttpProtocol;

namespace Monit.Api.Monitors;

/// <summary>What the OpenAPI document says of the parts of a monitor's settings beyond their types.</summary>
internal static class SettingsSchemas
{
    private const string WriteOnly = "A secret: shown as ***, which keeps it when it is sent back, unless the URL then leads to another scheme, host or port.";

    private static readonly Dictionary<(Type Type, string Field), Action<OpenApiSchema>> Notes = new()
    {
        [(typeof(RequestSettings), "method")] = Text("In capital letters; GET by default.", "POST", 20),
        [(typeof(RequestSettings), "headers")] = schema =>
        {
            schema.Description = "Sent besides those that a check has anyway, or in place of them. The values of Authorization, Cookie, Proxy-Authorization, X-Api-Key and of those in secret_headers are secrets.";
            schema.Examples = [new JsonObject { ["Accept"] = "application/json", ["X-Api-Key"] = Secret.Mask }];
        },
        [(typeof(RequestSettings), "secret_headers")] = schema =>
        {
            schema.Description = "The names of further headers whose values are secrets.";
            schema.Examples = [new JsonArray("X-Token")];
        },
        [(typeof(RequestSettings), "body")] = Text("Sent as UTF-8, at most 64 KiB.", "{\"ping\":true}"),
        [(typeof(RequestSettings), "follow_redirects")] = Flag(true),
        [(typeof(BasicAuth), "user")] = Text("Without a colon.", "monit"),
        [(typeof(BasicAuth), "password")] = Text(WriteOnly, Secret.Mask),
        [(typeof(BearerAuth), "token")] = Text(WriteOnly, Secret.Mask),
        [(typeof(TlsSettings), "verify")] = Flag(true),
        [(typeof(TlsSettings), "min_days")] = schema =>
        {
            (schema.Minimum, schema.Maximum, schema.Examples) = ("0", "3650", [14]);
            schema.Description = "The days for which the certificates must at least be valid; null: no matter.";
        },
        [(typeof(TlsSettings), "ca")] = Text("Certificates in PEM that are trusted in place of the system's.", "-----BEGIN CERTIFICATE-----\n…"),
        [(typeof(TlsSettings), "client_certificate")] = Text("In PEM, the leaf first; with client_key.", "-----BEGIN CERTIFICATE-----\n…"),
        [(typeof(TlsSettings), "client_key")] = Text($"In PEM, not encrypted. {WriteOnly}", Secret.Mask),
    };

    private static readonly Dictionary<Type, string> Types = new()
    {
        [typeof(HttpAuth)] = "Either basic or bearer.",
        [typeof(HttpProtocol)] = "auto by default: HTTP/1.1, or 2 where TLS agrees on it.",
        [typeof(IpFamily)] = "The addresses that are used; any by default.",
        [typeof(ConnectionUse)] = "Whether a check reuses the connection of an earlier one; by default as the worker's setting says.",
    };

    /// <summary>The schema of a part in a monitor: its own, or null.</summary>
    public static IOpenApiSchema Of(MonitorField field, OpenApiDocument document) => field.Type == typeof(IReadOnlyList<Assertion>) ? Assertions() : new OpenApiSchema
    {
        OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, new OpenApiSchemaReference(field.Type.Name, document)],
    };

    public static Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken ct)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (Types.TryGetValue(type, out var description))
            schema.Description = description;
        // What says that it may be null stands beside the enum.
        if (type.IsEnum)
            (schema.Type, schema.Enum) = (JsonSchemaType.String, schema.Enum?.Where(value => value is not null && value.GetValueKind() != JsonValueKind.Null).ToList());
        foreach (var (name, field) in schema.Properties ?? new Dictionary<string, IOpenApiSchema>())
            if (field is OpenApiSchema own && Notes.TryGetValue((type, name), out var note))
                note(own);
        return Task.CompletedTask;
    }

    private static OpenApiSchema Assertions() => new()
    {
        Type = JsonSchemaType.Array | JsonSchemaType.Null,
        MaxItems = AssertionParser.MaxCount,
        Description = "All must hold. A request may have the short form of one, such as \"status in 200-299\".",
        Items = new OpenApiSchema
        {
            AnyOf =
            [
                new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Required = new HashSet<string> { "source", "op" },
                    AdditionalPropertiesAllowed = false,
                    Properties = new Dictionary<string, IOpenApiSchema>
                    {
                        ["source"] = OneOf(AssertionWords.Sources),
                        ["property"] = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null, MaxLength = AssertionParser.MaxText, Description = "Of header its name, of json a JSONPath (RFC 9535), of latency a phase." },
                        ["op"] = OneOf(AssertionWords.Ops),
                        ["value"] = new OpenApiSchema { Description = "Absent for exists and not_exists; for in a list, or ranges of numbers such as \"200-299,304\"; for matches a regular expression." },
                        ["severity"] = OneOf(["down", "degraded"]),
                    },
                },
                new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = 2 * AssertionParser.MaxText, Examples = ["status in 200-299"] },
            ],
        },
        Examples =
        [
            new JsonArray(new JsonObject { ["source"] = "status", ["op"] = "in", ["value"] = "200-299" },
                new JsonObject { ["source"] = "json", ["property"] = "$.ok", ["op"] = "eq", ["value"] = true, ["severity"] = "degraded" }),
        ],
    };

    private static OpenApiSchema OneOf(string[] words) => new() { Type = JsonSchemaType.String, Enum = [.. words.Select(word => (JsonNode)word)] };

    private static Action<OpenApiSchema> Flag(bool byDefault) => schema => schema.Default = byDefault;

    private static Action<OpenApiSchema> Text(string description, string example, int? maxLength = null) => schema =>
    {
        (schema.Description, schema.Examples) = (description, [example]);
        schema.MaxLength = maxLength ?? schema.MaxLength;
    };
}
