namespace Monit.Api.Http;

/// <summary>What was asked cannot be done now, for a reason that is not the caller's; answered 503.</summary>
/// <param name="message">For the caller.</param>
public sealed class UnavailableException(string message, Exception inner) : Exception(message, inner);
