using System.Text.Json.Serialization;

namespace Monit.Api.Http;

/// <summary>A field of a partial update: absent, null, or a value.</summary>
[JsonConverter(typeof(OptionalConverter))]
public readonly record struct Optional<T>(T? Value, bool IsSet, bool IsNull)
{
    /// <summary>The new value, which may be null, if the field is present; otherwise the current one.</summary>
    public T? Or(T? current) => IsSet ? Value : current;

    /// <summary>Like <see cref="Or"/>, but null is an error.</summary>
    public T OrRequired(T current, string field, FieldErrors errors)
    {
        if (IsNull)
            errors.Add(field, "must not be null");
        return IsSet && !IsNull ? Value! : current;
    }
}
