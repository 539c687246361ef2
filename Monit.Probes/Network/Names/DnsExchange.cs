using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Monit.Probes.Network.Sockets;

namespace Monit.Probes.Network.Names;

/// <summary>Asks one DNS server once for both families' addresses: over one UDP socket, and TCP for what does not fit.</summary>
internal sealed class DnsExchange(Routes routes)
{
    // Without EDNS no answer by UDP is longer than 512 bytes.
    private const int MaxDatagram = 1280;

    /// <summary>How long an answer waits for that of the other family (a server may drop questions for IPv6).</summary>
    private static readonly TimeSpan Courtesy = TimeSpan.FromMilliseconds(250);

    /// <returns>What both answers say together.</returns>
    /// <exception cref="SocketException">This machine lacks what a socket takes.</exception>
    /// <exception cref="ArgumentException">DNS cannot hold the name.</exception>
    public async Task<(DnsOutcome Outcome, IPAddress[] Addresses)> AskAsync(IPEndPoint server, string name, TimeSpan patience, CancellationToken ct)
    {
        var (v4, v6) = (new DnsQuestion(name, v6: false), new DnsQuestion(name, v6: true));
        // An answer is known by its number.
        if (v4.Query.AsSpan(0, 2).SequenceEqual(v6.Query.AsSpan(0, 2)))
            v6.Query[1] ^= 1;
        await AskByUdpAsync(server, v4, v6, patience, ct);
        foreach (var question in (DnsQuestion[])[v6, v4])
            if (question.IsTruncated)
                await AskByTcpAsync(server, question, patience, ct);
        IPAddress[] addresses = [.. v6.Addresses, .. v4.Addresses];
        return (addresses.Length > 0 ? DnsOutcome.Found : Together(v4.Outcome, v6.Outcome), addresses);
    }

    private static DnsOutcome Together(DnsOutcome one, DnsOutcome other) =>
        one == DnsOutcome.NoSuchName || other == DnsOutcome.NoSuchName ? DnsOutcome.NoSuchName
        : one == DnsOutcome.Silent || other == DnsOutcome.Silent ? DnsOutcome.Silent
        : one == DnsOutcome.Failed || other == DnsOutcome.Failed ? DnsOutcome.Failed
        : DnsOutcome.NoData;

    private async Task AskByUdpAsync(IPEndPoint server, DnsQuestion v4, DnsQuestion v6, TimeSpan patience, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(patience);
        try
        {
            // Connected, so that the system takes answers of this server only, and says if there is none.
            using var socket = FileReserve.Open(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(server);
            await socket.SendAsync(v4.Query, limit.Token);
            await socket.SendAsync(v6.Query, limit.Token);
            var buffer = new byte[MaxDatagram];
            for (var hurries = false; ;)
            {
                var received = await socket.ReceiveAsync(buffer, limit.Token);
                v4.Read(buffer.AsSpan(0, received));
                v6.Read(buffer.AsSpan(0, received));
                var (isV4, isV6) = (v4.Outcome != DnsOutcome.Silent, v6.Outcome != DnsOutcome.Silent);
                if ((isV4 && isV6) || Together(v4.Outcome, v6.Outcome) == DnsOutcome.NoSuchName)
                    return;
                // Only addresses that can be reached from here are enough; IPv4's are waited for in any case.
                if (!hurries && v4.Addresses.Count > 0 && routes.ToIPv4)
                {
                    hurries = true;
                    limit.CancelAfter(Courtesy);
                }
            }
        }
        catch (Exception failure) when (IsTheServers(failure, server, ct))
        {
            // What has been answered until now counts.
        }
    }

    private static async Task AskByTcpAsync(IPEndPoint server, DnsQuestion question, TimeSpan patience, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(patience);
        try
        {
            using var socket = FileReserve.Open(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.NoDelay = true;
            await socket.ConnectAsync(server, limit.Token);
            await using var stream = new NetworkStream(socket);
            var length = new byte[2];
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)question.Query.Length);
            await stream.WriteAsync((byte[])[.. length, .. question.Query], limit.Token);
            await stream.ReadExactlyAsync(length, limit.Token);
            var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
            await stream.ReadExactlyAsync(answer, limit.Token);
            question.Read(answer);
        }
        catch (Exception failure) when (IsTheServers(failure, server, ct))
        {
            // The part that came by UDP must do.
        }
    }

    // And not a lack of this machine's.
    private static bool IsTheServers(Exception failure, IPEndPoint server, CancellationToken ct) =>
        !ct.IsCancellationRequested && failure is SocketException or IOException or OperationCanceledException
        && Exhaustion.Of(failure is SocketException error ? Routes.Explain(error, server.Address) : failure) is null;
}
