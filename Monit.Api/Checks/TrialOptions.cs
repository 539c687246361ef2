using System.ComponentModel.DataAnnotations;

namespace Monit.Api.Checks;

/// <summary>How many checks the API carries out itself (<c>POST /api/v1/checks</c>). Section <c>Api</c>.</summary>
internal sealed class TrialOptions
{
    /// <summary>Of one account, a second in the long run, 0..1000; default 1; 0: no limit.</summary>
    [Range(0, 1000, ErrorMessage = "Api:ChecksPerSecond must be from 0 to 1000.")]
    public int ChecksPerSecond { get; set; } = 1;

    /// <summary>Of one account at once, after a pause, 1..1000; default 10.</summary>
    [Range(1, 1000, ErrorMessage = "Api:ChecksBurst must be from 1 to 1000.")]
    public int ChecksBurst { get; set; } = 10;

    /// <summary>Of all accounts at the same time, in one process, 1..1000; default 32. One account has at most half of them.</summary>
    [Range(1, 1000, ErrorMessage = "Api:ChecksAtOnce must be from 1 to 1000.")]
    public int ChecksAtOnce { get; set; } = 32;
}
