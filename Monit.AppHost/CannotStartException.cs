namespace Monit.AppHost;

/// <summary>What keeps the application from starting and is the user's to mend; the message says how, in one sentence or two.</summary>
internal sealed class CannotStartException(string message) : Exception(message);
