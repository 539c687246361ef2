using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Monit.Core.Checks.Settings;

namespace Monit.Core.Checks;

/// <summary>
/// What is checked and expected, as <see cref="CheckConfig"/> stores it from format 2 on. A property that has its usual value
/// is left out, so that most documents are short, and an old one reads as before. A reader ignores properties that it does
/// not know: where that would make it judge wrongly, the document needs a new format.
/// </summary>
internal sealed class CheckDocument
{
    public const int UsualStatus = 200;

    /// <summary>Of format 3.</summary>
    public const int AnyStatus = 0;

    /// <summary>Null only while decoding: a document without it is malformed.</summary>
    [JsonPropertyName("url")]
    public string Url { get; set; } = null!;

    /// <summary>Null: <see cref="UsualStatus"/>; <see cref="AnyStatus"/>: any.</summary>
    [JsonPropertyName("status")]
    public int? Status { get; set; }

    /// <summary>Null: any.</summary>
    [JsonPropertyName("latency")]
    public long? LatencyMs { get; set; }

    // From here on, of format 3.

    [JsonPropertyName("settings")]
    public CheckSettings? Settings { get; set; }

    /// <summary>Encrypted.</summary>
    [JsonPropertyName("secrets")]
    public string? Secrets { get; set; }

    [JsonPropertyName("retries")]
    public int? Retries { get; set; }

    [JsonPropertyName("retry_delay")]
    public int? RetryDelaySec { get; set; }

    [JsonPropertyName("failures")]
    public int? Failures { get; set; }

    [JsonPropertyName("successes")]
    public int? Successes { get; set; }

    public string Encode() => JsonSerializer.Serialize(this, CheckDocuments.Readable.CheckDocument);

    public static bool TryDecode(ReadOnlySpan<byte> json, [NotNullWhen(true)] out CheckDocument? document)
    {
        document = null;
        try
        {
            document = JsonSerializer.Deserialize(json, CheckDocuments.Readable.CheckDocument);
        }
        catch (JsonException)
        {
            // document stays null.
        }
        return document?.Url is not null;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CheckDocument))]
internal sealed partial class CheckDocuments : JsonSerializerContext
{
    /// <summary>Writes a URL as it is. What HTML would need escaped, stays; control characters are escaped in any case.</summary>
    public static CheckDocuments Readable => field ??= new(new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
