using System.Text.Json;
using System.Text.Json.Serialization;
using Monit.Core.Checks.Assertions;

namespace Monit.Api.Monitors;

/// <summary>Shows an assertion, always as an object. What requests give is read by <see cref="AssertionParser"/>.</summary>
internal sealed class AssertionJson : JsonConverter<Assertion>
{
    public override Assertion? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, Assertion value, JsonSerializerOptions options) => AssertionWriter.Write(writer, value);
}
