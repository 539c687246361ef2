namespace Monit.Probes.Network;

/// <summary>Every thread for a piece of work is in use: Monit's own limit, which says nothing about the target.</summary>
internal sealed class NoThreadException(Exception? cause = null) : Exception("All threads are in use.", cause);
