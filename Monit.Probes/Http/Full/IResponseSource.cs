namespace Monit.Probes.Http.Full;

/// <summary>What .NET's client reads a connection through, one request at a time.</summary>
internal interface IResponseSource
{
    /// <summary>Whether the client has not closed it.</summary>
    bool IsOpen { get; }

    /// <summary>Whether nothing has come since the request was begun.</summary>
    bool IsUntouched { get; }

    /// <summary>Begins with a request.</summary>
    void Begin(int bodyCap);
}
