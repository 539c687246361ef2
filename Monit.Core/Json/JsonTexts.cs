using System.Text.Json.Serialization;

namespace Monit.Core.Json;

[JsonSerializable(typeof(string)), JsonSerializable(typeof(string[]))]
internal sealed partial class JsonTexts : JsonSerializerContext;
