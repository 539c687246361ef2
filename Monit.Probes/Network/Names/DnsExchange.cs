using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Monit.Core.Checks.Settings;
using Monit.Probes.Network.Sockets;

namespace Monit.Probes.Network.Names;

/// <summary>Asks one DNS server once for the addresses of both families, or of one: over one UDP socket, and TCP for what does not fit.</summary>
internal sealed class DnsExchange(Routes routes)
{
    // Without EDNS no answer by UDP is longer than 512 bytes.
    private const int MaxDatagram = 1280;

    /// <summary>How long an answer waits for that of the other family (a server may drop questions for IPv6).</summary>
    private static readonly TimeSpan Courtesy = TimeSpan.FromMilliseconds(250);

    /// <returns>What the answers say together.</returns>
    /// <exception cref="SocketException">This machine lacks what a socket takes.</exception>
    /// <exception cref="ArgumentException">DNS cannot hold the name.</exception>
    public async Task<(DnsOutcome Outcome, IPAddress[] Addresses)> AskAsync(
        IPEndPoint server, string name, IpFamily family, TimeSpan patience, CancellationToken ct)
    {
        DnsQuestion[] questions = family == IpFamily.Any
            ? [new DnsQuestion(name, v6: true), new DnsQuestion(name, v6: false)] : [new DnsQuestion(name, v6: family == IpFamily.V6)];
        // An answer is known by its number.
        if (questions is [var v6, var v4] && v4.Query.AsSpan(0, 2).SequenceEqual(v6.Query.AsSpan(0, 2)))
            v6.Query[1] ^= 1;
        await AskByUdpAsync(server, questions, patience, ct);
        foreach (var question in questions)
            if (question.IsTruncated)
                await AskByTcpAsync(server, question, patience, ct);
        IPAddress[] addresses = [.. questions.SelectMany(question => question.Addresses)];
        return (addresses.Length > 0 ? DnsOutcome.Found : Together(questions), addresses);
    }

    private static DnsOutcome Together(DnsQuestion[] questions)
    {
        foreach (var outcome in (ReadOnlySpan<DnsOutcome>)[DnsOutcome.NoSuchName, DnsOutcome.Silent, DnsOutcome.Failed])
            if (Array.Exists(questions, question => question.Outcome == outcome))
                return outcome;
        return DnsOutcome.NoData;
    }

    private async Task AskByUdpAsync(IPEndPoint server, DnsQuestion[] questions, TimeSpan patience, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(patience);
        try
        {
            // Connected, so that the system takes answers of this server only, and says if there is none.
            using var socket = FileReserve.Open(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(server);
            foreach (var question in questions.Reverse())
                await socket.SendAsync(question.Query, limit.Token);
            var buffer = new byte[MaxDatagram];
            for (var hurries = false; ;)
            {
                var received = await socket.ReceiveAsync(buffer, limit.Token);
                foreach (var question in questions)
                    question.Read(buffer.AsSpan(0, received));
                if (Array.TrueForAll(questions, question => question.Outcome != DnsOutcome.Silent) || Together(questions) == DnsOutcome.NoSuchName)
                    return;
                // Only addresses that can be reached from here are enough; IPv4's are waited for in any case.
                if (!hurries && questions[^1].Addresses.Count > 0 && routes.ToIPv4)
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
