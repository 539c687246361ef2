using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Monit.Storage.Sql;

/// <summary>Stores an enum as its name in lower case.</summary>
internal sealed class LowerCase<T>() : ValueConverter<T, string>(
    value => Of(value), text => Enum.Parse<T>(text, true))
    where T : struct, Enum
{
    public static string Of(T value) => value.ToString().ToLowerInvariant();
}
