using System.Globalization;
using Microsoft.AspNetCore.Mvc;

namespace Monit.Api.Http;

/// <summary>The requested page: limit 1..200, default 10; offset from 0. Bound as text, so that an error can name the range.</summary>
public sealed record Paging(
    [FromQuery(Name = "limit")] string? LimitText, [FromQuery(Name = "offset")] string? OffsetText) : IValidatable
{
    public int Limit => LimitText is null ? 10 : int.Parse(LimitText, CultureInfo.InvariantCulture);
    public int Offset => OffsetText is null ? 0 : int.Parse(OffsetText, CultureInfo.InvariantCulture);

    public void Validate(FieldErrors errors)
    {
        errors.Number("limit", LimitText, 1, 200);
        errors.Number("offset", OffsetText, 0, int.MaxValue);
    }
}
