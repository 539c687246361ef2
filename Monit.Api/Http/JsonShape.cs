using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Monit.Api.Http;

/// <summary>
/// Reads a nested part of a request. Where the serializer stops at the first thing that is wrong, and says no more than that, this says
/// all of it, each by its path: fields that there are not, keys twice, wrong types. No error repeats a value, which may be a secret.
/// </summary>
internal static class JsonShape
{
    /// <summary>Null, with errors added, if it is not of this type.</summary>
    public static T? Read<T>(JsonElement json, string path, FieldErrors errors) where T : class
    {
        if (!IsWellFormed(json, path, errors))
            return null;
        var (type, before) = (Json.Options.GetTypeInfo(typeof(T)), errors.Found);
        Check(json, type, path, errors);
        return errors.Found == before ? (T)json.Deserialize(type)! : null;
    }

    /// <summary>Whether no key is there twice and every text is one, at any depth.</summary>
    public static bool IsWellFormed(JsonElement json, string path, FieldErrors errors)
    {
        var before = errors.Found;
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var names = new HashSet<string>();
                foreach (var property in json.EnumerateObject())
                    if (Text(property, static one => one.Name) is not { } name)
                        errors.Add(path, "must not have a key that is no valid Unicode");
                    else if (!names.Add(name))
                        errors.Add($"{path}.{name}", "must be given once");
                    else
                        IsWellFormed(property.Value, $"{path}.{name}", errors);
                break;
            case JsonValueKind.Array:
                foreach (var (position, item) in json.EnumerateArray().Index())
                    IsWellFormed(item, $"{path}[{position}]", errors);
                break;
            case JsonValueKind.String:
                errors.Unless(Text(json, static one => one.GetString()) is not null, path, "must be valid Unicode");
                break;
        }
        return errors.Found == before;
    }

    private static void Check(JsonElement json, JsonTypeInfo type, string path, FieldErrors errors)
    {
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary when json.ValueKind != JsonValueKind.Object:
                errors.Add(path, "must be an object");
                break;
            case JsonTypeInfoKind.Object:
                foreach (var property in json.EnumerateObject())
                    if (type.Properties.FirstOrDefault(known => known.Name == property.Name) is not { } known)
                        errors.Add($"{path}.{property.Name}", $"is not a field of {path}, which has {string.Join(", ", type.Properties.Select(one => one.Name))}");
                    // Null is as if it were absent.
                    else if (property.Value.ValueKind != JsonValueKind.Null)
                        Check(property.Value, type.Options.GetTypeInfo(known.PropertyType), $"{path}.{property.Name}", errors);
                break;
            case JsonTypeInfoKind.Dictionary:
                foreach (var property in json.EnumerateObject())
                    Check(property.Value, type.Options.GetTypeInfo(type.ElementType!), $"{path}.{property.Name}", errors);
                break;
            case JsonTypeInfoKind.Enumerable when json.ValueKind != JsonValueKind.Array:
                errors.Add(path, "must be a list");
                break;
            case JsonTypeInfoKind.Enumerable:
                foreach (var (position, item) in json.EnumerateArray().Index())
                    Check(item, type.Options.GetTypeInfo(type.ElementType!), $"{path}[{position}]", errors);
                break;
            default:
                errors.Unless(IsValue(json, type), path, RuleOf(type));
                break;
        }
    }

    private static bool IsValue(JsonElement json, JsonTypeInfo type)
    {
        try
        {
            return json.Deserialize(type) is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string RuleOf(JsonTypeInfo type)
    {
        var plain = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        return plain.IsEnum ? $"must be one of {string.Join(", ", Enum.GetValues(plain).Cast<object>().Select(value => JsonSerializer.Serialize(value, type.Options)))}"
            : plain == typeof(bool) ? "must be true or false"
            : plain == typeof(string) ? "must be a text" : "must be a whole number";
    }

    // Half of a surrogate pair is no text.
    private static string? Text<T>(T from, Func<T, string?> read)
    {
        try
        {
            return read(from);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
