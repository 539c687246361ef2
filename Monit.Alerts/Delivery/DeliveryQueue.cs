using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Options;

namespace Monit.Alerts.Delivery;

/// <summary>
/// Alerts that may be due: a hint, so what does not fit may be dropped, and is found again by the sweep.
/// An id waits in it at most once.
/// </summary>
internal sealed class DeliveryQueue(IOptions<DeliveryOptions> options)
{
    private readonly Channel<Guid> _channel = Channel.CreateBounded<Guid>(options.Value.QueueSize);
    private readonly ConcurrentDictionary<Guid, ActivityContext> _waiting = new();

    public int Count => _channel.Reader.Count;

    /// <summary>Drops the hint where there is no room.</summary>
    /// <param name="asker">Whose trace the delivery belongs to.</param>
    public void TryOffer(Guid id, ActivityContext asker = default)
    {
        if (!_waiting.TryAdd(id, asker))
            // The sweep was first.
            _waiting.TryUpdate(id, asker, default);
        else if (!_channel.Writer.TryWrite(id))
            _waiting.TryRemove(id, out _);
    }

    /// <summary>Waits for room.</summary>
    public async Task OfferAsync(Guid id, CancellationToken ct)
    {
        if (_waiting.TryAdd(id, default))
            await _channel.Writer.WriteAsync(id, ct);
    }

    public async Task<(Guid Id, ActivityContext Asker)> TakeAsync(CancellationToken ct)
    {
        var id = await _channel.Reader.ReadAsync(ct);
        // Before the claim: what is offered from here on may be news.
        _waiting.TryRemove(id, out var asker);
        return (id, asker);
    }
}
