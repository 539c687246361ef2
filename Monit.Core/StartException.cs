namespace Monit.Core;

/// <summary>What keeps a service from starting and is the user's to mend. The message is one line that says what to do.</summary>
public sealed class StartException(string message, Exception? inner = null) : Exception(message, inner);
