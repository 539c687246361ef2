using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Monit.Api.Http;

/// <summary>The requested page: by offset, or after a cursor. Bound as text, so that an error can name the range.</summary>
public sealed record Paging(
    [FromQuery(Name = "limit")] string? LimitText, [FromQuery(Name = "offset")] string? OffsetText,
    [FromQuery(Name = "cursor")] string? Cursor) : IValidatable
{
    /// <summary>Up to here the total of a list is counted.</summary>
    public const int MaxTotal = 10_000;

    private const int DefaultLimit = 10;

    internal static readonly QueryParameter LimitParameter = QueryParameter.Number("limit", 1, 200, DefaultLimit);
    internal static readonly QueryParameter OffsetParameter = QueryParameter.Number("offset", 0, int.MaxValue, 0);

    public int Limit => LimitText is null ? DefaultLimit : int.Parse(LimitText, CultureInfo.InvariantCulture);
    public int Offset => OffsetText is null ? 0 : int.Parse(OffsetText, CultureInfo.InvariantCulture);

    public void Validate(FieldErrors errors) =>
        errors.Unless(Cursor is null || Offset == 0, "cursor", "already says where the page begins, so that offset must be absent");

    /// <summary>The page that <paramref name="found"/> holds, which is one item longer if another page follows.</summary>
    public Page<T> Of<T>(List<T> found, int total, Func<T, string> cursorAfter)
    {
        var more = found.Count > Limit;
        var items = found[..Math.Min(found.Count, Limit)];
        return new(items, Math.Min(total, MaxTotal), Limit, Offset, more ? cursorAfter(items[^1]) : null);
    }

    /// <summary>The number of rows, counted no further than a list's total is.</summary>
    public static Task<int> TotalAsync<T>(IQueryable<T> all, CancellationToken ct) => all.Take(MaxTotal).CountAsync(ct);
}
