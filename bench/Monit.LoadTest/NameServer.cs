using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;

namespace Monit.LoadTest;

/// <summary>
/// The DNS server of workers that <see cref="LauncherAsync"/> starts. It knows the names of the honest targets; all others
/// do not exist or, in <see cref="Hostility.SilentDns"/>, are met with silence.
/// </summary>
internal sealed class NameServer(bool isSilent)
{
    private const string Address = "127.0.0.54";
    private const string Label = "honest";

    public static string Name(int index) => $"{Label}{index}.test";

    /// <summary>The command that starts a process with a resolver configuration of its own. Needs root and util-linux.</summary>
    public static async Task<string[]> LauncherAsync(string folder, CancellationToken ct)
    {
        var resolver = Path.Combine(folder, "resolv.conf");
        await File.WriteAllTextAsync(resolver, $"nameserver {Address}\n", ct);
        return ["unshare", "--mount", "sh", "-c", $"mount --bind {resolver} /etc/resolv.conf && exec \"$@\"", "sh"];
    }

    public async Task RunAsync()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 1 << 20 };
        socket.Bind(new IPEndPoint(IPAddress.Parse(Address), 53));
        var buffer = new byte[512];
        while (true)
        {
            var received = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
            if (Answer(buffer.AsSpan(0, received.ReceivedBytes)) is { } answer)
                await socket.SendToAsync(answer, received.RemoteEndPoint);
        }
    }

    // RFC 1035: repeats the question. Names of honest targets have a record of type A and no other.
    private byte[]? Answer(ReadOnlySpan<byte> query)
    {
        var end = 12;
        while (query[end] != 0)
            end += query[end] + 1;
        var question = query[..(end + 5)];
        var first = query.Slice(13, query[12]);
        var index = first.StartsWith("honest"u8) && Utf8Parser.TryParse(first[Label.Length..], out int number, out _) ? number : -1;
        if (index < 0 && isSilent)
            return null;
        var record = index >= 0 && question[^3] == 1;
        byte[] answer = [.. question, .. record ? (byte[])[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, .. IPAddress.Parse(LoadOptions.Address(index)).GetAddressBytes()] : []];
        (answer[2], answer[3]) = (0x81, (byte)(index < 0 ? 0x83 : 0x80));
        answer.AsSpan(6, 6).Clear();
        answer[7] = (byte)(record ? 1 : 0);
        return answer;
    }
}
