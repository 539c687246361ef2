using System.Diagnostics;
using Monit.Alerts.Channels;
using Monit.Core.Alerts;

namespace Monit.Alerts.Telemetry;

/// <summary>The spans of a delivery: in the trace of the check that caused the alert, or in a new trace if the sweep found it.</summary>
internal static class DeliveryTracing
{
    private static readonly ActivitySource Source = new("Monit.Alerts");

    /// <param name="requester">The trace of the request; default if the sweep found the alert.</param>
    public static Activity? StartDelivery(Guid alertId, ActivityContext requester) =>
        Source.StartActivity("monit.alert.deliver", ActivityKind.Consumer, requester)?.SetTag("monit.alert.id", alertId.ToString());

    public static Activity? StartSend(string channel) =>
        Source.StartActivity("monit.alert.send", ActivityKind.Client)?.SetTag("monit.alert.channel", channel);

    /// <summary>Drops the span: another sender has the alert, or nobody was asked.</summary>
    public static void Discard(this Activity? span)
    {
        if (span is not null)
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }

    public static void Ended(this Activity? send, SendResult result)
    {
        if (result.Outcome is SendOutcome.Undeliverable)
            send.Discard();
        send?.SetTag("monit.alert.result", result.Outcome.ToString().ToLowerInvariant());
        if (result.Outcome is SendOutcome.Failed or SendOutcome.Refused)
            send?.SetTag("error.type", result.Outcome.ToString().ToLowerInvariant()).SetStatus(ActivityStatusCode.Error);
    }

    public static void Ended(this Activity? delivery, AlertKind kind, AlertStatus status)
    {
        delivery?.SetTag("monit.alert.kind", kind.ToString().ToLowerInvariant()).SetTag("monit.alert.status", status.ToString().ToLowerInvariant());
        if (status is AlertStatus.Failed or AlertStatus.Undeliverable)
            delivery?.SetStatus(ActivityStatusCode.Error);
    }
}
