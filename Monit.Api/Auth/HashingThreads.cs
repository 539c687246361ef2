using System.Collections.Concurrent;

namespace Monit.Api.Auth;

/// <summary>
/// Threads that do nothing but hash, so that no request waits for one that does; and a short queue before them, so that a flood of
/// log-ins is refused at once instead of making everybody wait.
/// </summary>
internal sealed class HashingThreads : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly int _room;
    private int _taken;

    /// <param name="threads">Hashes computed at once.</param>
    /// <param name="waiting">Hashes that may wait for a thread.</param>
    public HashingThreads(int threads, int waiting)
    {
        _room = threads + waiting;
        for (var i = 0; i < threads; i++)
            new Thread(Run) { IsBackground = true, Name = "password hashing" }.Start();
    }

    /// <param name="hashes">How many hashes it may compute.</param>
    /// <returns>Null: there is no room, and nothing was started.</returns>
    public Task<T>? TryRun<T>(int hashes, Func<T> work, CancellationToken ct)
    {
        if (Interlocked.Add(ref _taken, hashes) > _room)
        {
            Interlocked.Add(ref _taken, -hashes);
            return null;
        }
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                // Nobody waits for what a caller that hung up has asked for.
                if (ct.IsCancellationRequested)
                    done.TrySetCanceled(ct);
                else
                    done.TrySetResult(work());
            }
            catch (Exception failure)
            {
                done.TrySetException(failure);
            }
            finally
            {
                Interlocked.Add(ref _taken, -hashes);
            }
        }, CancellationToken.None);
        return done.Task;
    }

    /// <summary>The threads end when they have done what was asked.</summary>
    public void Dispose() => _work.CompleteAdding();

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable())
            work();
    }
}
