using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Monit.Alerts.Telemetry;

namespace Monit.Alerts.Delivery;

/// <summary>
/// Ids of alerts that may be due, each at most once. Only a hint: an id that is dropped because the queue is full is found
/// by the sweep.
/// </summary>
internal sealed class DeliveryQueue
{
    private readonly Channel<Guid> _channel;
    private readonly ConcurrentDictionary<Guid, ActivityContext> _waiting = new();

    public DeliveryQueue(IOptions<DeliveryOptions> options, DeliveryMetrics metrics)
    {
        _channel = Channel.CreateBounded<Guid>(options.Value.QueueSize);
        metrics.ObserveQueue(() => Count);
    }

    public int Count => _channel.Reader.Count;

    /// <summary>Adds an id; drops it if the queue is full.</summary>
    /// <param name="requester">The trace that the delivery belongs to.</param>
    public void TryOffer(Guid id, ActivityContext requester = default)
    {
        if (!_waiting.TryAdd(id, requester))
            // Already queued: if by the sweep, without a trace, use this one.
            _waiting.TryUpdate(id, requester, default);
        else if (!_channel.Writer.TryWrite(id))
            _waiting.TryRemove(id, out _);
    }

    /// <summary>Adds an id; waits while the queue is full.</summary>
    public async Task OfferAsync(Guid id, CancellationToken ct)
    {
        if (_waiting.TryAdd(id, default))
            await _channel.Writer.WriteAsync(id, ct);
    }

    public async Task<(Guid Id, ActivityContext Requester)> TakeAsync(CancellationToken ct)
    {
        var id = await _channel.Reader.ReadAsync(ct);
        // Before the alert is claimed, so that a later request for it is queued again.
        _waiting.TryRemove(id, out var requester);
        return (id, requester);
    }
}
