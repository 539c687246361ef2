namespace Monit.Worker.Executor;

/// <summary>Whether a check shares connections with earlier ones.</summary>
internal enum ConnectionMode
{
    /// <summary>Every check resolves, connects and shakes hands afresh, so that a dead record or certificate shows.</summary>
    New,
    /// <summary>Connections are kept and used again: cheaper, and blind to what only a new connection meets.</summary>
    KeepAlive,
}
