using System.Text.Json.Serialization;

namespace Monit.Alerts.Contract;

/// <summary>The alert to send.</summary>
public sealed record SendAlert([property: JsonPropertyName("alert_id")] Guid AlertId);

/// <summary>The alert's current status: <c>pending</c>, <c>sending</c>, <c>delivered</c>, <c>failed</c>, <c>undeliverable</c> or <c>cancelled</c>.</summary>
public sealed record AlertAccepted(
    [property: JsonPropertyName("alert_id")] Guid AlertId,
    [property: JsonPropertyName("status")] string Status);
