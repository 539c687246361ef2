using System.ComponentModel.DataAnnotations;

namespace Monit.Worker.ResultProcessor;

/// <summary>Section <c>ResultProcessor</c>.</summary>
internal sealed class ResultProcessorOptions
{
    /// <summary>Incident transitions that wait for SQL, 1..1 000 000; default 500.</summary>
    [Range(1, 1_000_000)]
    public int FailureChannelSize { get; set; } = 500;
}
