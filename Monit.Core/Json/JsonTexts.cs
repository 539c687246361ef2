using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Monit.Core.Json;

[JsonSerializable(typeof(string)), JsonSerializable(typeof(string[])), JsonSerializable(typeof(JsonElement))]
internal sealed partial class JsonTexts : JsonSerializerContext
{
    // For people, not for HTML: "über", not "\u00FCber".
    private static readonly JsonTexts Readable = new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>A value in one line.</summary>
    public static string Write(JsonElement value) => JsonSerializer.Serialize(value, Readable.JsonElement);
}
