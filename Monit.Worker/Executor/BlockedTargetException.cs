namespace Monit.Worker.Executor;

/// <summary>Every address of the target is refused by the <see cref="TargetGuard"/>.</summary>
internal sealed class BlockedTargetException : Exception;
