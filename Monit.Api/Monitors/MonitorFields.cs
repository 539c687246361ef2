using Monit.Api.Http;
using Monit.Core.Checks;
using Monit.Core.Checks.Http;
using Monit.Core.Checks.Kinds;
using Monit.Core.Monitors;
using Monit.Core.Validation;

namespace Monit.Api.Monitors;

/// <summary>
/// The one list of a monitor's fields. Requests, answers, the OpenAPI document, validation, and whether a change concerns the
/// check all follow from it; a new field is a property of <see cref="UptimeMonitor"/>, an entry here and a migration.
/// </summary>
internal static class MonitorFields
{
    private const int MaxInterval = 86_400;

    public static readonly IReadOnlyList<MonitorField> All =
    [
        MonitorField.Of("name", m => m.Name, (m, value) => m.Name = value, nullable: true, judgedWhenWritten: true,
            validate: (m, _, errors) => errors.Text("name", m.Name, 0, 200)),

        MonitorField.Of("url", m => m.Url, (m, value) => m.Url = value, required: true, affectsCheck: true,
            validate: (m, _, errors) => ValidateUrl(m.Url, errors)),

        MonitorField.Of("alert_email", m => m.AlertEmail, (m, value) => m.AlertEmail = value?.Trim(' '), nullable: true, judgedWhenWritten: true,
            validate: (m, _, errors) => errors.Email("alert_email", m.AlertEmail)),

        MonitorField.Of("interval_sec", m => m.IntervalSec, (m, value) => m.IntervalSec = value, required: true, affectsCheck: true,
            validate: (m, limits, errors) => errors.Unless(
                m.IntervalSec >= limits.MinInterval.TotalSeconds && m.IntervalSec <= MaxInterval, "interval_sec",
                $"must be from {Math.Ceiling(limits.MinInterval.TotalSeconds)} to {MaxInterval}")),

        MonitorField.Of("timeout_sec", m => m.TimeoutSec, (m, value) => m.TimeoutSec = value, affectsCheck: true,
            byDefault: m => Math.Clamp(m.IntervalSec - 1, 1, 15),
            validate: (m, _, errors) => errors.Unless(m.TimeoutSec is >= 1 and <= 60 && m.TimeoutSec < m.IntervalSec, "timeout_sec",
                $"must be from 1 to 60 and below interval_sec, which is {m.IntervalSec}")),

        MonitorField.Of("latency_threshold_ms", m => m.LatencyThresholdMs, (m, value) => m.LatencyThresholdMs = value, nullable: true, affectsCheck: true,
            validate: (m, _, errors) => errors.Unless(m.LatencyThresholdMs >= 1, "latency_threshold_ms", "must be at least 1, or null for none")),

        MonitorField.Of("expected_status", m => m.ExpectedStatus, (m, value) => m.ExpectedStatus = value, affectsCheck: true,
            validate: (m, _, errors) => errors.Unless(m.ExpectedStatus is >= 100 and <= 599, "expected_status", "must be from 100 to 599")),

        MonitorField.Of("enabled", m => m.Enabled, (m, value) => m.Enabled = value, affectsCheck: true),
    ];

    /// <summary>Validates a whole monitor, after its creation or a partial update.</summary>
    /// <param name="written">What the request gave.</param>
    public static void Validate(UptimeMonitor monitor, MonitorRequest written, MonitorOptions limits, FieldErrors errors)
    {
        foreach (var field in All)
            if (field.Get(monitor) is not null && (!field.JudgedWhenWritten || written.Given.ContainsKey(field)))
                field.Validate?.Invoke(monitor, limits, errors);
    }

    // The kind of check says what its URLs look like; a scheme of no kind is answered as a bad HTTP URL.
    private static void ValidateUrl(string url, FieldErrors errors)
    {
        var found = new List<FieldError>();
        (CheckKinds.Of(url) ?? HttpKind.Instance).Validate(url, found);
        foreach (var error in found)
            errors.Add(error.Field, error.Message);
    }
}
