using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Monit.Api.Http;

/// <summary>The JSON format: snake_case, numbers not as strings, enums by name, times in UTC with a Z.</summary>
internal static class Json
{
    /// <summary>The format for what is read by <see cref="JsonShape"/> and not by the framework.</summary>
    public static JsonSerializerOptions Options { get; } = Apply(new() { TypeInfoResolver = new DefaultJsonTypeInfoResolver() });

    public static IServiceCollection AddMonitJson(this IServiceCollection services) =>
        services.ConfigureHttpJsonOptions(http => Apply(http.SerializerOptions));

    private static JsonSerializerOptions Apply(JsonSerializerOptions json)
    {
        json.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        json.NumberHandling = JsonNumberHandling.Strict;
        json.AllowDuplicateProperties = false;
        json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        json.Converters.Add(new UtcConverter());
        return json;
    }

    private sealed class UtcConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime);
    }
}
