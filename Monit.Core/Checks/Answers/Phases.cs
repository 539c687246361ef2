namespace Monit.Core.Checks.Answers;

/// <summary>
/// How long each part of a check took, in microseconds, at least 1; 0: it did not happen. A connection that is used again
/// has no <c>Dns</c>, <c>Connect</c> and <c>Tls</c>. Redirects add to each; the part in which a check failed counts until
/// then.
/// </summary>
/// <param name="FirstByte">From the request to the first byte of the response.</param>
/// <param name="Transfer">From then to the end of what is read.</param>
public readonly record struct Phases(uint Dns, uint Connect, uint Tls, uint FirstByte, uint Transfer);
