namespace Monit.Api.Http;

/// <summary>A part of a list.</summary>
/// <param name="Total">How many there are without paging.</param>
/// <param name="NextCursor">Where the next page starts; none on the last, and for lists without a cursor.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, int Total, int Limit, int Offset, string? NextCursor);
