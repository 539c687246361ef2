using System.Net;
using System.Net.Sockets;

namespace Monit.Probes.Network;

/// <summary>
/// Connects to one of several addresses (RFC 8305, "Happy Eyeballs"): the next attempt begins 250 ms after the one before, or
/// as soon as one fails, and the first connection wins. So an address that does not answer costs a moment and not the check.
/// </summary>
internal static class ConnectionRace
{
    private static readonly TimeSpan Stagger = TimeSpan.FromMilliseconds(250);
    /// <summary>Sockets of one check. The oldest attempt, which had a second by then, gives way to one more.</summary>
    private const int MaxPending = 4;

    /// <summary>The families by turns, as <paramref name="v6First"/> says; each in its order.</summary>
    public static IPAddress[] InTurns(IPAddress[] addresses, bool v6First)
    {
        var first = Array.FindAll(addresses, address => address.AddressFamily == AddressFamily.InterNetworkV6 == v6First);
        var second = Array.FindAll(addresses, address => address.AddressFamily == AddressFamily.InterNetworkV6 != v6First);
        var turns = Math.Min(first.Length, second.Length);
        return [.. first.Zip(second, (one, other) => (IPAddress[])[one, other]).SelectMany(pair => pair), .. first[turns..], .. second[turns..]];
    }

    /// <exception cref="SocketException">No attempt succeeded: the last failure, or one that says more.</exception>
    public static async ValueTask<(Stream Connection, IPAddress Address)> RunAsync(
        IPAddress[] addresses, Func<IPAddress, CancellationToken, ValueTask<Stream>> connect, TimeProvider time, CancellationToken ct)
    {
        var pending = new List<Attempt>(MaxPending);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            Exception? said = null;
            for (var next = 0; ;)
            {
                if (next < addresses.Length)
                {
                    if (pending.Count == MaxPending)
                        Abandon(pending[0]);
                    pending.Add(new Attempt(connect, addresses[next++], over.Token));
                }
                var ended = await NextAsync(next < addresses.Length);
                if (ended is null)
                    continue;
                pending.Remove(ended);
                if (ended.Connection.IsCompletedSuccessfully)
                    return (ended.Take(), ended.Address);
                var failure = ended.Connection.Exception?.InnerException ?? new OperationCanceledException(ct);
                ended.Dispose();
                ct.ThrowIfCancellationRequested();
                said = said is null || Weight(failure) >= Weight(said) ? failure : said;
                if (next == addresses.Length && pending.Count == 0)
                    throw said;
            }
        }
        finally
        {
            await over.CancelAsync();
            pending.ForEach(attempt => attempt.Dispose());
        }

        // Null: it is time for the next attempt.
        async ValueTask<Attempt?> NextAsync(bool isMore)
        {
            var ends = pending.ConvertAll<Task>(attempt => attempt.Connection);
            if (isMore)
                ends.Add(Task.Delay(Stagger, time, over.Token));
            var end = await Task.WhenAny(ends);
            return pending.Find(attempt => attempt.Connection == end);
        }

        void Abandon(Attempt attempt)
        {
            pending.Remove(attempt);
            attempt.Dispose();
        }
    }

    // What Monit lacked leaves open whether that address would have answered; an address without a route says the least.
    private static int Weight(Exception failure) => Exhaustion.Of(failure) is not null ? 2 : failure is SocketException
    {
        SocketErrorCode: SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.AddressFamilyNotSupported
    } ? 0 : 1;

    private sealed class Attempt : IDisposable
    {
        private readonly CancellationTokenSource _end;
        private bool _taken;

        public Attempt(Func<IPAddress, CancellationToken, ValueTask<Stream>> connect, IPAddress address, CancellationToken ct)
        {
            _end = CancellationTokenSource.CreateLinkedTokenSource(ct);
            Address = address;
            Connection = connect(address, _end.Token).AsTask();
        }

        public IPAddress Address { get; }
        public Task<Stream> Connection { get; }

        public Stream Take()
        {
            _taken = true;
            Dispose();
            return Connection.Result;
        }

        /// <summary>Ends the attempt, and closes its connection, even one that comes now.</summary>
        public void Dispose()
        {
            if (!_taken)
            {
                _end.Cancel();
                Connection.ContinueWith(static connection =>
                {
                    if (connection.IsCompletedSuccessfully)
                        connection.Result.Dispose();
                    else
                        _ = connection.Exception;
                }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
            _end.Dispose();
        }
    }
}
