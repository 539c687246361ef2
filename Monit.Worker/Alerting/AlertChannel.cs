using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Options;

namespace Monit.Worker.Alerting;

/// <summary>Notices to dispatch. A hint only: what does not fit is sent by the sweep in Monit.Alerts.</summary>
internal sealed class AlertChannel(IOptions<PipelineOptions> options)
{
    private readonly Channel<(Guid Id, ActivityContext Check)> _channel = Channel.CreateBounded<(Guid, ActivityContext)>(options.Value.AlertChannelSize);

    public ChannelReader<(Guid Id, ActivityContext Check)> Reader => _channel.Reader;

    /// <param name="check">The trace of the check that led to it, if it is kept.</param>
    public void Offer(Guid alertId, ActivityContext check) => _channel.Writer.TryWrite((alertId, check));

    public void Complete() => _channel.Writer.TryComplete();
}
