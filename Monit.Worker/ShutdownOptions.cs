using System.ComponentModel.DataAnnotations;

namespace Monit.Worker;

/// <summary>Section <c>Shutdown</c>.</summary>
internal sealed class ShutdownOptions
{
    /// <summary>The limit for draining, 6 s..10 min; default 25 s. Five seconds before it, running checks are aborted.</summary>
    [Range(typeof(TimeSpan), "00:00:06", "00:10:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(25);
}
