using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Monit.Probes.Network;

/// <summary>
/// The system's resolver on dedicated threads, for names that only it can answer. A lookup blocks its thread until the system
/// gives up, even after the check has timed out: on the thread pool, a silent server would block Redis, time-outs and all
/// other checks. It never queues: waiting for a thread would count as the target's.
/// </summary>
internal sealed class SystemResolver(Func<string, IPAddress[]> lookup) : IDisposable
{
    public const int MaxThreads = 256;
    private readonly BlockingCollection<Request> _requests = [];
    private int _open;
    private int _threads;

    /// <exception cref="NoThreadException">All threads are busy.</exception>
    public Task<IPAddress[]> ResolveAsync(string host, CancellationToken ct)
    {
        try
        {
            var open = Interlocked.Increment(ref _open);
            if (open > MaxThreads)
                throw new NoThreadException();
            StartThreadFor(open);
        }
        catch
        {
            Interlocked.Decrement(ref _open);
            throw;
        }
        var request = new Request(host, new(TaskCreationOptions.RunContinuationsAsynchronously), ct);
        _requests.Add(request, CancellationToken.None);
        return request.Answer.Task.WaitAsync(ct);
    }

    public void Dispose() => _requests.CompleteAdding();

    // One thread for every pending lookup; idle threads are kept for later lookups.
    private void StartThreadFor(int open)
    {
        for (var threads = Volatile.Read(ref _threads); threads < open;)
        {
            var before = Interlocked.CompareExchange(ref _threads, threads + 1, threads);
            if (before == threads)
            {
                StartThread();
                return;
            }
            threads = before;
        }
    }

    private void StartThread()
    {
        try
        {
            new Thread(Work) { IsBackground = true, Name = "monit-dns" }.Start();
        }
        catch (Exception failure) when (failure is OutOfMemoryException or ThreadStartException)
        {
            Interlocked.Decrement(ref _threads);
            throw new NoThreadException(failure);
        }
    }

    private void Work()
    {
        foreach (var request in _requests.GetConsumingEnumerable())
        {
            try
            {
                // Skips checks that timed out before a thread took them.
                if (!request.Ct.IsCancellationRequested)
                    request.Answer.TrySetResult(lookup(request.Host));
            }
            catch (Exception failure)
            {
                request.Answer.TrySetException(failure is SocketException ? LackOfFiles() ?? failure : failure);
            }
            finally
            {
                Interlocked.Decrement(ref _open);
            }
        }
    }

    // The system does not say that a lookup failed for want of a file: then it is a name that could not be found.
    private static SocketException? LackOfFiles()
    {
        try
        {
            using var file = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            return null;
        }
        catch (SocketException lack) when (Exhaustion.Of(lack) is not null)
        {
            return lack;
        }
    }

    private sealed record Request(string Host, TaskCompletionSource<IPAddress[]> Answer, CancellationToken Ct);
}
