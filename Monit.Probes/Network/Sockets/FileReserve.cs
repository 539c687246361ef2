using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Monit.Probes.Network.Sockets;

/// <summary>
/// Opens the sockets of checks, and leaves the last file descriptors to the rest of the process. Without any the runtime cannot
/// start a thread, and ends the process; nor could stores be reached again, or a listener accept.
/// </summary>
internal static class FileReserve
{
    /// <summary>Descriptors.</summary>
    public const int Size = 32;

    private const int NumberOfFiles = 7;

    /// <exception cref="SocketException">TooManyOpenSockets: only the reserve is left.</exception>
    public static Socket Open(AddressFamily family, SocketType type, ProtocolType protocol)
    {
        var socket = new Socket(family, type, protocol);
        // The system gives out the lowest free number, so a high one says how many are in use.
        if (!OperatingSystem.IsLinux() || getrlimit(NumberOfFiles, out var limit) != 0 || (ulong)socket.Handle + Size < limit.Soft)
            return socket;
        socket.Dispose();
        throw new SocketException((int)SocketError.TooManyOpenSockets);
    }

    [DllImport("libc")]
    private static extern int getrlimit(int resource, out Limit limit);

    private readonly struct Limit
    {
        public readonly ulong Soft;
        public readonly ulong Hard;
    }
}
