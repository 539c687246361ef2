using System.Text.Json;
using System.Text.Json.Serialization;

namespace Monit.Api.Http;

/// <summary>Deserializes <see cref="Optional{T}"/>; only requests contain it.</summary>
internal sealed class OptionalConverter : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Optional<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Of<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

    private sealed class Of<T> : JsonConverter<Optional<T>>
    {
        public override bool HandleNull => true;

        // Not JsonSerializer.Deserialize: with the inner converter an error has the path within the whole document.
        public override Optional<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null
                ? new(default, true, true)
                : new(((JsonConverter<T>)options.GetConverter(typeof(T))).Read(ref reader, typeof(T), options), true, false);

        public override void Write(Utf8JsonWriter writer, Optional<T> value, JsonSerializerOptions options) =>
            throw new NotSupportedException();
    }
}
