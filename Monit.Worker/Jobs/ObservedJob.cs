using Monit.Core.Checks;

namespace Monit.Worker.Jobs;

/// <summary>A job with what its check saw, not judged.</summary>
/// <param name="At">When the check began, Unix ms on Redis' clock.</param>
/// <param name="Started">When the check began, as a monotonic timestamp.</param>
/// <param name="Ended">When the check ended, as a monotonic timestamp.</param>
internal readonly record struct ObservedJob(CheckJob Job, Observation Observation, long At, long Started = 0, long Ended = 0);
