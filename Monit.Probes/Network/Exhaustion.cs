using System.ComponentModel;
using System.Net.Sockets;

namespace Monit.Probes.Network;

/// <summary>Recognises that Monit's own machine or process has run out of something, which says nothing about the target.</summary>
internal static class Exhaustion
{
    private const string Files = "files";
    private const string Ports = "ports";
    private const string Memory = "memory";
    private const string Threads = "threads";

    /// <summary>What was lacking: <c>files</c>, <c>ports</c>, <c>memory</c> or <c>threads</c>; null if nothing was.</summary>
    /// <remarks>.NET's client wraps what happens while it connects, so causes count as well.</remarks>
    public static string? Of(Exception? failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            var resource = cause switch
            {
                NoThreadException or ThreadStartException => Threads,
                OutOfMemoryException => Memory,
                SocketException { SocketErrorCode: SocketError.TooManyOpenSockets } => Files,
                SocketException { SocketErrorCode: SocketError.NoBufferSpaceAvailable } => Memory,
                // EAGAIN is UDP's. The other may also mean that there is no source address: see Routes.Explain.
                SocketException { SocketErrorCode: SocketError.AddressNotAvailable or SocketError.WouldBlock } => Ports,
                Win32Exception system => OfErrno(system.NativeErrorCode),
                IOException { HResult: var errno } => OfErrno(errno),
                _ => null,
            };
            if (resource is not null)
                return resource;
        }
        return null;
    }

    // ENFILE, EMFILE, ENOSPC (of epoll: too many sockets are watched); ENOMEM, ENOBUFS.
    private static string? OfErrno(int errno) => !OperatingSystem.IsLinux() ? null : errno switch
    {
        23 or 24 or 28 => Files,
        12 or 105 => Memory,
        _ => null,
    };
}
