using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Monit.Core.Checks.Settings;
using Monit.Core.Monitors;

namespace Monit.Api.Monitors;

/// <summary>Gives requests and answers the fields of <see cref="MonitorFields"/>, in JSON and in the OpenAPI document.</summary>
internal static class MonitorJson
{
    /// <summary>A contract of System.Text.Json knows these fields like properties of the type.</summary>
    public static void AddFields(JsonTypeInfo json)
    {
        if (json.Type.IsSubclassOf(typeof(MonitorRequest)))
            foreach (var field in MonitorFields.All)
            {
                // Any may be null here: an error about it is the request's own, and says more.
                var property = json.CreateJsonPropertyInfo(field.Read is null ? OrNull(field.Type) : typeof(JsonElement?), field.Name);
                if (field.Read is not null)
                    property.CustomConverter = new RawJson();
                property.Set = (request, value) => ((MonitorRequest)request).Take(field, value);
                json.Properties.Add(property);
            }
        else if (json.Type == typeof(MonitorResponse))
            // Between what it is and the times.
            foreach (var (n, field) in MonitorFields.All.Index())
            {
                var property = json.CreateJsonPropertyInfo(field.Type, field.Name);
                property.Get = response => field.Get(((MonitorResponse)response).Monitor);
                json.Properties.Insert(2 + n, property);
            }
        else if (json.Type.Namespace == typeof(CheckSettings).Namespace && json.Kind == JsonTypeInfoKind.Object)
            ShowAsWritten(json);
    }

    /// <summary>Says which fields are required, which are never null, and in which range they must be.</summary>
    public static Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken ct)
    {
        var type = context.JsonTypeInfo.Type;
        if (!type.IsSubclassOf(typeof(MonitorRequest)) && type != typeof(MonitorResponse))
            return Task.CompletedTask;
        if (IsNew(type))
            schema.Required = MonitorFields.All.Where(field => field.Required).Select(field => field.Name).ToHashSet();
        var limits = context.ApplicationServices.GetRequiredService<IOptions<MonitorOptions>>().Value;
        foreach (var field in MonitorFields.All)
            if (field.Read is null)
                Describe((OpenApiSchema)schema.Properties![field.Name], field, type, limits);
        return Task.CompletedTask;
    }

    /// <summary>Gives the parts of the settings their schemas, which are known only when all schemas are there.</summary>
    public static Task DescribePartsAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken ct)
    {
        foreach (var schema in document.Components!.Schemas!.Values.Where(schema => MonitorFields.All.All(field => schema.Properties?.ContainsKey(field.Name) == true)).ToList())
            foreach (var field in MonitorFields.All.Where(field => field.Read is not null))
                schema.Properties![field.Name] = SettingsSchemas.Of(field, document);
        return Task.CompletedTask;
    }

    private static void Describe(OpenApiSchema schema, MonitorField field, Type of, MonitorOptions limits)
    {
        // A list that is cleared is empty.
        if (IsNew(of) ? field.Required : of == typeof(PatchMonitor) ? !field.Nullable : !field.Nullable || field.IsList)
            schema.Type &= ~JsonSchemaType.Null;
        if (of == typeof(MonitorResponse) || field.Range?.Invoke(limits) is not { } range)
            return;
        if (field.IsList)
        {
            schema.MaxItems = range.Max;
            schema.Items = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = MonitorFields.MaxTag };
            schema.Examples = [new JsonArray("shop", "production")];
        }
        else if (field.Type == typeof(string))
            (schema.MinLength, schema.MaxLength) = (range.Min > 0 ? range.Min : null, range.Max);
        else
            (schema.Minimum, schema.Maximum) = (range.Min.ToString(CultureInfo.InvariantCulture), range.Max.ToString(CultureInfo.InvariantCulture));
    }

    // Where a field that is left out or null has its default.
    private static bool IsNew(Type type) => type.IsSubclassOf(typeof(MonitorRequest)) && type != typeof(PatchMonitor);

    // What is not set is left out, so that what is shown can be sent back.
    private static void ShowAsWritten(JsonTypeInfo json)
    {
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        foreach (var property in json.Properties)
            property.ShouldSerialize = (_, value) => value is not null;
    }

    private static Type OrNull(Type type) =>
        type.IsValueType && Nullable.GetUnderlyingType(type) is null ? typeof(Nullable<>).MakeGenericType(type) : type;

    /// <summary>Takes JSON as it is, keys twice included, for <see cref="MonitorField.Read"/>.</summary>
    private sealed class RawJson : JsonConverter<JsonElement?>
    {
        public override JsonElement? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonElement.ParseValue(ref reader);

        public override void Write(Utf8JsonWriter writer, JsonElement? value, JsonSerializerOptions options) => throw new NotSupportedException();
    }
}
