using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Monit.Worker.Jobs;

namespace Monit.Worker.Alerting;

/// <summary>Ids of new alerts. Only a hint: when the channel is full the id is dropped, and the sweep in Monit.Alerts sends the alert.</summary>
internal sealed class AlertChannel(IOptions<PipelineOptions> options)
{
    private readonly Channel<(Guid Id, ActivityContext Check)> _channel = Channel.CreateBounded<(Guid, ActivityContext)>(options.Value.AlertChannelSize);

    public ChannelReader<(Guid Id, ActivityContext Check)> Reader => _channel.Reader;

    /// <param name="check">The trace of the check that caused the alert; default if that trace is not sampled.</param>
    public void Offer(Guid alertId, ActivityContext check) => _channel.Writer.TryWrite((alertId, check));

    public void Complete() => _channel.Writer.TryComplete();
}
