namespace Monit.Probes.Http.Full;

/// <summary>As much of a body as a check reads has been read.</summary>
internal sealed class BodyCapException : Exception;
