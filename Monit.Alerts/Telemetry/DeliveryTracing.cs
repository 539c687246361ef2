using System.Diagnostics;
using Monit.Alerts.Delivery;
using Monit.Alerts.Email;
using Monit.Core.Alerts;

namespace Monit.Alerts.Telemetry;

/// <summary>The spans of a delivery: in the trace of the check that led to it, or in one of its own when the sweep found it.</summary>
internal static class DeliveryTracing
{
    private static readonly ActivitySource Source = new("Monit.Alerts");

    /// <param name="asked">Whoever asked for it; none for the sweep.</param>
    public static Activity? StartDelivery(Guid alertId, ActivityContext asked) =>
        Source.StartActivity("monit.alert.deliver", ActivityKind.Consumer, asked)?.SetTag("monit.alert.id", alertId.ToString());

    public static Activity? StartSend(SmtpOptions smtp) =>
        Source.StartActivity("monit.alert.send", ActivityKind.Client)
            ?.SetTag("monit.alert.channel", EmailChannel.Name).SetTag("server.address", smtp.Host).SetTag("server.port", smtp.Port);

    /// <summary>Somebody else has the alert: there is nothing to show.</summary>
    public static void Forget(this Activity? delivery)
    {
        if (delivery is not null)
            delivery.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }

    public static void Ended(this Activity? send, SendResult result)
    {
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
