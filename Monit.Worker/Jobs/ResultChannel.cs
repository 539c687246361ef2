using System.Threading.Channels;
using Microsoft.Extensions.Options;

namespace Monit.Worker.Jobs;

/// <summary>Results from the executor to the result processor. While it is full, finished checks keep their HTTP permits.</summary>
internal sealed class ResultChannel(IOptions<PipelineOptions> options)
{
    private readonly Channel<CheckedJob> _channel = Channel.CreateBounded<CheckedJob>(
        new BoundedChannelOptions(options.Value.ResultChannelSize) { SingleReader = true });

    public ChannelReader<CheckedJob> Reader => _channel.Reader;
    public ChannelWriter<CheckedJob> Writer => _channel.Writer;
}
