namespace Monit.Core.Checks;

/// <summary>Why a probe got no answer that could be judged.</summary>
/// <param name="Detail">What more is known, in a few plain words without control characters; null if nothing.</param>
public readonly record struct Failure(FailureReason Reason, FailureKind Kind, string? Detail = null);
