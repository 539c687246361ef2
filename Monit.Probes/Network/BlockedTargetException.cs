namespace Monit.Probes.Network;

/// <summary>The <see cref="TargetGuard"/> refuses every address of the target.</summary>
internal sealed class BlockedTargetException : Exception;
