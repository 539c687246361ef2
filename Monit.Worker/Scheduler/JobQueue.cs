using System.Threading.Channels;
using Microsoft.Extensions.Options;

namespace Monit.Worker.Scheduler;

/// <summary>
/// The job channel, with a way to wait for room: the Scheduler claims only what fits, so that no claimed job waits
/// outside a bounded queue.
/// </summary>
internal sealed class JobQueue(IOptions<PipelineOptions> options)
{
    private readonly Channel<CheckJob> _channel = Channel.CreateBounded<CheckJob>(
        new BoundedChannelOptions(options.Value.JobChannelSize) { SingleWriter = true });
    private volatile TaskCompletionSource? _waiting;
    private int _wanted;

    public int Count => _channel.Reader.Count;
    public int Capacity { get; } = options.Value.JobChannelSize;
    public int Room => Capacity - Count;

    /// <summary>One writer only: what <see cref="Room"/> promised cannot be taken by another.</summary>
    public bool TryWrite(CheckJob job) => _channel.Writer.TryWrite(job);

    public void Complete() => _channel.Writer.TryComplete();

    public async IAsyncEnumerable<CheckJob> TakeAllAsync()
    {
        while (await _channel.Reader.WaitToReadAsync())
        {
            while (_channel.Reader.TryRead(out var job))
            {
                if (_waiting is { } waiting && Room >= _wanted)
                    waiting.TrySetResult();
                yield return job;
            }
        }
    }

    /// <summary>Waits until at least <paramref name="wanted"/> jobs fit.</summary>
    public async Task WaitForRoomAsync(int wanted, CancellationToken ct)
    {
        _wanted = Math.Min(wanted, Capacity);
        while (Room < _wanted)
        {
            var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting = waiting;
            if (Room < _wanted)
                await waiting.Task.WaitAsync(ct);
            _waiting = null;
        }
    }
}
