namespace Monit.Api.Http;

/// <summary>A page of a list.</summary>
/// <param name="Total">The number of items in all pages, up to 10 000.</param>
/// <param name="NextCursor">The cursor of the next page; null on the last page.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, int Total, int Limit, int Offset, string? NextCursor);
