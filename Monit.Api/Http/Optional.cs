using System.Text.Json.Serialization;

namespace Monit.Api.Http;

/// <summary>A field of a partial update: absent, null, or a value.</summary>
[JsonConverter(typeof(OptionalConverter))]
public readonly record struct Optional<T>(T? Value, bool IsSet, bool IsNull)
{
    /// <summary>The new value where one is given, null included; else the current one.</summary>
    public T? Or(T? current) => IsSet ? Value : current;

    /// <summary>Like <see cref="Or"/>, for a field that cannot be null.</summary>
    public T OrRequired(T current, string field, FieldErrors errors)
    {
        if (IsNull)
            errors.Add(field, "must not be null");
        return IsSet && !IsNull ? Value! : current;
    }
}
