using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
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
                var property = json.CreateJsonPropertyInfo(OrNull(field.Type), field.Name);
                property.Set = (request, value) => ((MonitorRequest)request).Given[field] = value;
                json.Properties.Add(property);
            }
        else if (json.Type == typeof(MonitorResponse))
            // Between the id and the times.
            foreach (var (n, field) in MonitorFields.All.Index())
            {
                var property = json.CreateJsonPropertyInfo(field.Type, field.Name);
                property.Get = response => field.Get(((MonitorResponse)response).Monitor);
                json.Properties.Insert(1 + n, property);
            }
    }

    /// <summary>Says which fields are required, which are never null, and in which range they must be.</summary>
    public static Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken ct)
    {
        var type = context.JsonTypeInfo.Type;
        if (type == typeof(CreateMonitor))
            schema.Required = MonitorFields.All.Where(field => field.Required).Select(field => field.Name).ToHashSet();
        if (type == typeof(CreateMonitor) || type == typeof(PatchMonitor) || type == typeof(MonitorResponse))
            foreach (var field in MonitorFields.All.Where(field => type == typeof(CreateMonitor) ? field.Required : !field.Nullable))
                ((OpenApiSchema)schema.Properties![field.Name]).Type &= ~JsonSchemaType.Null;
        if (type.IsSubclassOf(typeof(MonitorRequest)))
            foreach (var field in MonitorFields.All)
                if (field.Range?.Invoke(context.ApplicationServices.GetRequiredService<IOptions<MonitorOptions>>().Value) is { } range)
                    Describe((OpenApiSchema)schema.Properties![field.Name], field.Type == typeof(string), range);
        return Task.CompletedTask;
    }

    private static void Describe(OpenApiSchema schema, bool isText, FieldRange range)
    {
        if (isText)
            (schema.MinLength, schema.MaxLength) = (range.Min > 0 ? range.Min : null, range.Max);
        else
            (schema.Minimum, schema.Maximum) = (range.Min.ToString(CultureInfo.InvariantCulture), range.Max.ToString(CultureInfo.InvariantCulture));
    }

    private static Type OrNull(Type type) =>
        type.IsValueType && Nullable.GetUnderlyingType(type) is null ? typeof(Nullable<>).MakeGenericType(type) : type;
}
