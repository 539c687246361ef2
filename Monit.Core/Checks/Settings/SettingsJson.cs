using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Monit.Core.Checks.Assertions;
using Monit.Core.Validation;

namespace Monit.Core.Checks.Settings;

/// <summary>The JSON of <see cref="CheckSettings"/>, as stored and as the API shows its parts. What is not set is left out.</summary>
public static class SettingsJson
{
    /// <summary>Empty for <see cref="CheckSettings.None"/>.</summary>
    public static string Encode(CheckSettings settings) => settings.IsNone ? "" : JsonSerializer.Serialize(settings, SettingsContext.Readable.CheckSettings);

    /// <summary>Reads what <see cref="Encode"/> wrote; false if it is malformed.</summary>
    public static bool TryDecode(string json, [NotNullWhen(true)] out CheckSettings? settings)
    {
        settings = CheckSettings.None;
        if (json.Length == 0)
            return true;
        try
        {
            settings = JsonSerializer.Deserialize(json, SettingsContext.Readable.CheckSettings);
        }
        catch (JsonException)
        {
            settings = null;
        }
        return settings is not null;
    }
}

/// <summary>Assertions as the API takes and shows them.</summary>
internal sealed class AssertionsJson : JsonConverter<IReadOnlyList<Assertion>>
{
    /// <exception cref="JsonException">One of them is not valid.</exception>
    public override IReadOnlyList<Assertion>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var errors = new List<FieldError>();
        var read = AssertionParser.Read(JsonElement.ParseValue(ref reader), "assertions", errors);
        return errors.Count == 0 ? read : throw new JsonException($"{errors[0].Field} {errors[0].Message}");
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<Assertion> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var assertion in value)
            AssertionWriter.Write(writer, assertion);
        writer.WriteEndArray();
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CheckSettings))]
internal sealed partial class SettingsContext : JsonSerializerContext
{
    public static SettingsContext Readable => field ??= new(new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
