namespace Monit.Probes.Http.Full;

/// <summary>As much has been read as a check reads. A body is as good as read; a head is too long.</summary>
internal sealed class BodyCapException() : IOException("The response is too long.");
