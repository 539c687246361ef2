using System.Text.Json;
using System.Text.Json.Serialization;

namespace Monit.Api.Http;

/// <summary>The JSON format: snake_case, numbers not as strings, enums by name, times in UTC with a Z.</summary>
internal static class Json
{
    public static IServiceCollection AddMonitJson(this IServiceCollection services) =>
        services.ConfigureHttpJsonOptions(http =>
        {
            var json = http.SerializerOptions;
            json.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.NumberHandling = JsonNumberHandling.Strict;
            json.AllowDuplicateProperties = false;
            json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
            json.Converters.Add(new UtcConverter());
        });

    private sealed class UtcConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime);
    }
}
