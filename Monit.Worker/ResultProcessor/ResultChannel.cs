using System.Threading.Channels;
using Microsoft.Extensions.Options;

namespace Monit.Worker.ResultProcessor;

/// <summary>From the executor to the result processor; a full one holds the checks' slots.</summary>
internal sealed class ResultChannel(IOptions<PipelineOptions> options)
{
    private readonly Channel<CheckedJob> _channel = Channel.CreateBounded<CheckedJob>(
        new BoundedChannelOptions(options.Value.ResultChannelSize) { SingleReader = true });

    public ChannelReader<CheckedJob> Reader => _channel.Reader;
    public ChannelWriter<CheckedJob> Writer => _channel.Writer;
}
