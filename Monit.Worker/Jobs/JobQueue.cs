using System.Threading.Channels;
using Microsoft.Extensions.Options;

namespace Monit.Worker.Jobs;

/// <summary>
/// The job channel. The Scheduler waits for room before it claims, so that claimed jobs wait nowhere else.
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

    /// <summary>Only for the Scheduler: with a single writer, <see cref="Room"/> cannot shrink between reading it and writing.</summary>
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

    /// <summary>Waits until there is room for at least <paramref name="wanted"/> jobs, or the queue is empty.</summary>
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
