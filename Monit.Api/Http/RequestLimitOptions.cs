using System.ComponentModel.DataAnnotations;

namespace Monit.Api.Http;

/// <summary>How much one account, or one address without a token, may ask of the API. Section <c>Api</c>.</summary>
internal sealed class RequestLimitOptions
{
    /// <summary>Requests a second in the long run, 0..100 000; default 50; 0: no limit.</summary>
    [Range(0, 100_000, ErrorMessage = "Api:RequestsPerSecond must be from 0 to 100000.")]
    public int RequestsPerSecond { get; set; } = 50;

    /// <summary>Requests at once, after a pause, 1..1 000 000; default 500.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Api:Burst must be from 1 to 1000000.")]
    public int Burst { get; set; } = 500;
}
