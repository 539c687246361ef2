using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Monit.Probes.Tests.Network.Names;

/// <summary>A DNS server on UDP and TCP of 127.0.0.1 that answers as the test says.</summary>
internal sealed class DnsServer : IDisposable
{
    private readonly Socket _udp;
    private readonly TcpListener _tcp;

    /// <param name="port">0: any that is free for both.</param>
    public DnsServer(IPAddress? address = null, int port = 0)
    {
        address ??= IPAddress.Loopback;
        for (var tries = 0; ; tries++)
        {
            _tcp = new TcpListener(address, port);
            _udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 8 * 1024 * 1024 };
            try
            {
                _tcp.Start();
                Port = ((IPEndPoint)_tcp.LocalEndpoint).Port;
                _udp.Bind(new IPEndPoint(address, Port));
                break;
            }
            catch (SocketException) when (port == 0 && tries < 20)
            {
                _tcp.Dispose();
                _udp.Dispose();
            }
        }
        _ = ServeUdpAsync();
        _ = ServeTcpAsync();
    }

    public int Port { get; }

    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>What to answer to a name and a type ("A", "AAAA"), over TCP or UDP; null: nothing.</summary>
    public Func<Question, byte[]?> Answer { get; set; } = question => question.Addresses();

    public void Dispose()
    {
        _udp.Dispose();
        _tcp.Dispose();
    }

    private async Task ServeUdpAsync()
    {
        var buffer = new byte[2048];
        try
        {
            while (true)
            {
                var received = await _udp.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                if (Reply(buffer.AsSpan(0, received.ReceivedBytes), tcp: false) is { } answer)
                    await _udp.SendToAsync(answer, received.RemoteEndPoint);
            }
        }
        catch (Exception end) when (end is ObjectDisposedException or SocketException)
        {
        }
    }

    private async Task ServeTcpAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _tcp.AcceptTcpClientAsync();
                var stream = client.GetStream();
                var length = new byte[2];
                await stream.ReadExactlyAsync(length);
                var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                await stream.ReadExactlyAsync(message);
                if (Reply(message, tcp: true) is not { } answer)
                    continue;
                BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)answer.Length);
                await stream.WriteAsync((byte[])[.. length, .. answer]);
            }
        }
        catch (Exception end) when (end is ObjectDisposedException or SocketException or IOException)
        {
        }
    }

    private byte[]? Reply(ReadOnlySpan<byte> query, bool tcp)
    {
        var question = new Question(query.ToArray(), tcp);
        Asked.Enqueue($"{question.Name} {question.Type}");
        return Answer(question);
    }

    internal sealed class Question
    {
        private readonly byte[] _query;

        public Question(byte[] query, bool tcp)
        {
            (_query, IsTcp) = (query, tcp);
            var labels = new List<string>();
            var at = 12;
            for (; query[at] != 0; at += query[at] + 1)
                labels.Add(Encoding.ASCII.GetString(query, at + 1, query[at]));
            Name = string.Join('.', labels);
            Type = query[at + 2] == 1 ? "A" : "AAAA";
        }

        public string Name { get; }
        public string Type { get; }
        public bool IsTcp { get; }

        /// <summary>Those of the asked family, behind an alias.</summary>
        public byte[] Addresses(params string[] addresses)
        {
            var own = addresses.Select(IPAddress.Parse).Where(a => a.AddressFamily == AddressFamily.InterNetwork == (Type == "A")).ToList();
            byte[] alias = [0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 2, 0xc0, 12];
            var records = own.SelectMany(a => (byte[])[0xc0, 12, 0, (byte)(Type == "A" ? 1 : 28), 0, 1, 0, 0, 0, 9, 0, (byte)a.GetAddressBytes().Length, .. a.GetAddressBytes()]);
            return Message(0, own.Count == 0 ? [] : [.. alias, .. records], own.Count == 0 ? 0 : own.Count + 1);
        }

        public byte[] Code(int code) => Message(code, [], 0);

        public byte[] Truncated() => Message(0, [], 0, truncated: true);

        public byte[] Message(int code, byte[] records, int count, bool truncated = false)
        {
            byte[] message = [.. _query, .. records];
            (message[2], message[3]) = ((byte)(truncated ? 0x83 : 0x81), (byte)(0x80 | code));
            BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(6), (ushort)count);
            return message;
        }
    }
}
