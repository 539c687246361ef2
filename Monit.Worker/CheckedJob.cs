using Monit.Worker.Executor;

namespace Monit.Worker;

/// <summary>A job with its result.</summary>
/// <param name="At">When the check began, Unix ms on Redis' clock.</param>
internal sealed record CheckedJob(CheckJob Job, ProbeResult Result, long At);
