using System.Threading.Channels;
using Microsoft.Extensions.Options;

namespace Monit.Worker.Alerting;

/// <summary>Notices to dispatch. A hint only: what does not fit is sent by the sweep in Monit.Alerts.</summary>
internal sealed class AlertChannel(IOptions<PipelineOptions> options)
{
    private readonly Channel<Guid> _channel = Channel.CreateBounded<Guid>(options.Value.AlertChannelSize);

    public ChannelReader<Guid> Reader => _channel.Reader;

    public void Offer(Guid alertId) => _channel.Writer.TryWrite(alertId);

    public void Complete() => _channel.Writer.TryComplete();
}
