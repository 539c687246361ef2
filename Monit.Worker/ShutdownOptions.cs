using System.ComponentModel.DataAnnotations;

namespace Monit.Worker;

/// <summary>Section <c>Shutdown</c>.</summary>
internal sealed class ShutdownOptions
{
    /// <summary>How long draining may take, 6 s..10 min; default 25 s. Five seconds before, running checks are given back.</summary>
    [Range(typeof(TimeSpan), "00:00:06", "00:10:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(25);
}
