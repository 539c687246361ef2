using System.Threading.Channels;
using Microsoft.Extensions.Options;

namespace Monit.Worker.Jobs;

/// <summary>
/// What checks saw, from the executor to the result processor, which judges it on the thread pool: its reader never
/// continues on the writer's thread. While it is full, finished checks keep their HTTP permits.
/// </summary>
internal sealed class ResultChannel(IOptions<PipelineOptions> options)
{
    private readonly Channel<ObservedJob> _channel = Channel.CreateBounded<ObservedJob>(
        new BoundedChannelOptions(options.Value.ResultChannelSize) { SingleReader = true, AllowSynchronousContinuations = false });

    public ChannelReader<ObservedJob> Reader => _channel.Reader;
    public ChannelWriter<ObservedJob> Writer => _channel.Writer;
}
