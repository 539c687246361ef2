namespace Monit.Core.Checks;

/// <summary>Why a probe got no answer that could be judged.</summary>
public readonly record struct Failure(FailureReason Reason, FailureKind Kind);
