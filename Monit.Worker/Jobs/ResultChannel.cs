using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Monit.Core.Checks;

namespace Monit.Worker.Jobs;

/// <summary>
/// What checks saw, from the executor to the result processor, which judges it on the thread pool: its reader never
/// continues on the writer's thread. While it is full, finished checks keep their HTTP permits.
/// </summary>
internal sealed class ResultChannel(IOptions<PipelineOptions> options)
{
    private const long MaxBytes = 64 << 20;

    private readonly Channel<ObservedJob> _channel = Channel.CreateBounded<ObservedJob>(
        new BoundedChannelOptions(options.Value.ResultChannelSize) { SingleReader = true, AllowSynchronousContinuations = false });

    // Of the bodies that wait.
    private long _bytes;

    public ChannelReader<ObservedJob> Reader => _channel.Reader;

    /// <summary>
    /// Whether there is memory for it: bodies have a bound of their own, since thousands of results may wait while Redis is unavailable.
    /// </summary>
    public bool HasRoomFor(in Observation seen) => BytesOf(seen) is var bytes && (bytes == 0 || Volatile.Read(ref _bytes) + bytes <= MaxBytes);

    public ValueTask WriteAsync(in ObservedJob seen)
    {
        if (BytesOf(seen.Observation) is > 0 and var bytes)
            Interlocked.Add(ref _bytes, bytes);
        return _channel.Writer.WriteAsync(seen, CancellationToken.None);
    }

    /// <summary>Takes a result out; its body no longer counts.</summary>
    public bool TryRead(out ObservedJob seen)
    {
        if (!_channel.Reader.TryRead(out seen))
            return false;
        if (BytesOf(seen.Observation) is > 0 and var bytes)
            Interlocked.Add(ref _bytes, -bytes);
        return true;
    }

    public void Complete() => _channel.Writer.TryComplete();

    private static long BytesOf(in Observation seen) => seen.Answer?.Body.Length ?? 0;
}
