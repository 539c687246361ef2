using System.Collections.Concurrent;
using System.Net;

namespace Monit.Probes.Network;

/// <summary>
/// The system's resolver on dedicated threads. A lookup blocks its thread until the DNS server answers, even after the
/// check has timed out: on the thread pool, a silent server would block Redis, time-outs and all other checks.
/// </summary>
internal sealed class SystemResolver(Func<string, IPAddress[]> lookup) : IDisposable
{
    private const int MaxThreads = 256;
    private readonly BlockingCollection<Request> _requests = [];
    private int _open;
    private int _threads;

    public Task<IPAddress[]> ResolveAsync(string host, CancellationToken ct)
    {
        var request = new Request(host, new(TaskCreationOptions.RunContinuationsAsynchronously), ct);
        StartThreadFor(Interlocked.Increment(ref _open));
        _requests.Add(request, CancellationToken.None);
        return request.Answer.Task.WaitAsync(ct);
    }

    public void Dispose() => _requests.CompleteAdding();

    // One thread for every pending lookup, up to the limit; idle threads are kept for later lookups.
    private void StartThreadFor(int open)
    {
        for (var threads = Volatile.Read(ref _threads); threads < Math.Min(open, MaxThreads);)
        {
            var before = Interlocked.CompareExchange(ref _threads, threads + 1, threads);
            if (before == threads)
            {
                new Thread(Work) { IsBackground = true, Name = "monit-dns" }.Start();
                return;
            }
            threads = before;
        }
    }

    private void Work()
    {
        foreach (var request in _requests.GetConsumingEnumerable())
        {
            try
            {
                // Skips checks that timed out while they waited here.
                if (!request.Ct.IsCancellationRequested)
                    request.Answer.TrySetResult(lookup(request.Host));
            }
            catch (Exception failure)
            {
                request.Answer.TrySetException(failure);
            }
            finally
            {
                Interlocked.Decrement(ref _open);
            }
        }
    }

    private sealed record Request(string Host, TaskCompletionSource<IPAddress[]> Answer, CancellationToken Ct);
}
