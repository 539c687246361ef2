using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Monit.ServiceDefaults;

/// <summary>
/// A call to a store or a peer that belongs to no request, check or delivery starts no trace: the loops that look for work
/// every second would bury the others.
/// </summary>
internal sealed class RootSampler : Sampler
{
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        new(samplingParameters.Kind == ActivityKind.Client ? SamplingDecision.Drop : SamplingDecision.RecordAndSample);
}
