using System.Globalization;
using Microsoft.AspNetCore.Mvc;

namespace Monit.Api.Http;

/// <summary>The part of a list that is asked for. Read as text, so that a wrong value is answered with the range.</summary>
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
