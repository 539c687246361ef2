using System.Collections.Concurrent;
using System.Net;

namespace Monit.Worker.Executor;

/// <summary>
/// The system's resolver, on threads of its own: a lookup blocks its thread until the DNS server answers, however long
/// ago the check gave up. On the thread pool, a server that is silent would stop Redis, time-outs and every other check.
/// </summary>
internal sealed class SystemResolver(Func<string, IPAddress[]> lookup) : IDisposable
{
    private const int MostThreads = 256;
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

    // A thread for every lookup under way, and those that have been needed once stay.
    private void StartThreadFor(int open)
    {
        for (var threads = Volatile.Read(ref _threads); threads < Math.Min(open, MostThreads);)
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
                // A check that has given up while it waited here needs no answer.
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
