using System.Net;
using System.Net.Sockets;
using Monit.Testing;

namespace Monit.Chaos;

/// <summary>
/// A DNS server used only by the workers, which run in a mount namespace with an /etc/resolv.conf of its own. Requires root
/// and util-linux; without them the DNS faults are skipped.
/// </summary>
internal sealed class Names : IDisposable
{
    public const string Name = "target.chaos.example";
    private const string Address = "127.0.0.53";
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    private Names(string resolver) => Launcher = ["unshare", "--mount", "sh", "-c", $"mount --bind {resolver} /etc/resolv.conf && exec \"$@\"", "sh"];

    /// <summary>The command that starts a worker.</summary>
    public string[] Launcher { get; }

    /// <summary>Whether it answers SERVFAIL.</summary>
    public bool Fails { get; set; }

    public static async Task<Names?> TryStartAsync(string folder)
    {
        var resolver = Path.Combine(folder, "resolv.conf");
        await File.WriteAllTextAsync(resolver, $"nameserver {Address}\noptions timeout:1 attempts:1\n");
        var names = new Names(resolver);
        try
        {
            names._socket.Bind(new IPEndPoint(IPAddress.Parse(Address), 53));
            Server.Run(names.Launcher[0], [.. names.Launcher[1..], "true"]);
            _ = names.ServeAsync();
            return names;
        }
        catch (Exception failure) when (failure is SocketException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            names.Dispose();
            return null;
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task ServeAsync()
    {
        var buffer = new byte[512];
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                await _socket.SendToAsync(Answer(buffer.AsSpan(0, received.ReceivedBytes)), received.RemoteEndPoint);
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // The socket was closed.
        }
    }

    // RFC 1035: repeats the question and answers 127.0.0.1 for type A; other types have no record.
    private byte[] Answer(ReadOnlySpan<byte> query)
    {
        var end = 12;
        while (query[end] != 0)
            end += query[end] + 1;
        var question = query[..(end + 5)];
        var record = !Fails && question[^3] == 1;
        byte[] answer = [.. question, .. record ? (byte[])[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1] : []];
        (answer[2], answer[3]) = (0x81, (byte)(Fails ? 0x82 : 0x80));
        answer.AsSpan(6, 6).Clear();
        answer[7] = (byte)(record ? 1 : 0);
        return answer;
    }
}
