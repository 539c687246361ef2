using System.Text.Json;

namespace Monit.Core.Checks.Assertions;

/// <summary>Writes assertions as <see cref="AssertionParser"/> reads them.</summary>
public static class AssertionWriter
{
    public static void Write(Utf8JsonWriter writer, Assertion assertion)
    {
        writer.WriteStartObject();
        WriteFields(writer, assertion);
        writer.WriteEndObject();
    }

    /// <summary>Without the braces, so that more may follow.</summary>
    public static void WriteFields(Utf8JsonWriter writer, Assertion assertion)
    {
        writer.WriteString("source", assertion.Source.ToWire());
        if (assertion.Property is { } property)
            writer.WriteString("property", property);
        writer.WriteString("op", assertion.Op.ToWire());
        if (assertion.Value.ValueKind != JsonValueKind.Undefined)
        {
            writer.WritePropertyName("value");
            assertion.Value.WriteTo(writer);
        }
        if (assertion.Severity == Severity.Degraded)
            writer.WriteString("severity", "degraded");
    }
}
