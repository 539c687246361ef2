using Monit.Api.Http;
using Monit.Core.Checks;
using Monit.Core.Checks.Http;
using Monit.Core.Checks.Kinds;
using Monit.Core.Checks.Settings;
using Monit.Core.Monitors;
using Monit.Core.Text;
using Monit.Core.Validation;

namespace Monit.Api.Monitors;

/// <summary>
/// The one list of a monitor's fields. Requests, answers, the OpenAPI document, validation, and whether a change concerns the
/// check all follow from it; a new field is a property of <see cref="UptimeMonitor"/>, an entry here and a migration.
/// </summary>
internal static class MonitorFields
{
    private const int MaxInterval = 86_400;
    private const int MaxName = 200;
    private const int MaxUrl = 2048;

    public static readonly IReadOnlyList<MonitorField> All =
    [
        MonitorField.Of("name", m => m.Name, (m, value) => m.Name = value, nullable: true, judgedWhenWritten: true,
            range: _ => new(0, MaxName), validate: (m, _, errors) => errors.Text("name", m.Name, 0, MaxName)),

        MonitorField.Of("url", m => m.Url, (m, value) => m.Url = value, required: true, affectsCheck: true,
            range: _ => new(0, MaxUrl), validate: (m, _, errors) => ValidateUrl(m.Url, errors)),

        MonitorField.Of("alert_email", m => m.AlertEmail, (m, value) => m.AlertEmail = value?.Trim(' '), nullable: true, judgedWhenWritten: true,
            range: _ => new(0, EmailAddress.MaxLength), validate: (m, _, errors) => errors.Email("alert_email", m.AlertEmail)),

        MonitorField.Of("interval_sec", m => m.IntervalSec, (m, value) => m.IntervalSec = value, required: true, affectsCheck: true,
            range: limits => new((int)Math.Ceiling(limits.MinInterval.TotalSeconds), MaxInterval)),

        MonitorField.Of("timeout_sec", m => m.TimeoutSec, (m, value) => m.TimeoutSec = value, affectsCheck: true,
            byDefault: m => Math.Clamp(m.IntervalSec - 1, 1, 15),
            range: _ => new(1, 60), validate: (m, _, errors) => errors.Unless(m.TimeoutSec < m.IntervalSec, "timeout_sec",
                $"must be from 1 to 60 and below interval_sec, which is {m.IntervalSec}")),

        MonitorField.Of("latency_threshold_ms", m => m.LatencyThresholdMs, (m, value) => m.LatencyThresholdMs = value, nullable: true, affectsCheck: true,
            range: _ => new(1, int.MaxValue)),

        MonitorField.Of("expected_status", m => m.ExpectedStatus, (m, value) => m.ExpectedStatus = value, affectsCheck: true,
            range: _ => new(100, 599)),

        MonitorField.Of("enabled", m => m.Enabled, (m, value) => m.Enabled = value, affectsCheck: true),
    ];

    /// <summary>Validates a whole monitor, after its creation or a partial update.</summary>
    /// <param name="written">What the request gave.</param>
    public static void Validate(UptimeMonitor monitor, MonitorRequest written, MonitorOptions limits, FieldErrors errors)
    {
        foreach (var field in All)
            if (field.Get(monitor) is not null && (!field.JudgedWhenWritten || written.Given.ContainsKey(field)))
                field.Validate(monitor, limits, errors);
    }

    // The kind of check says what its URLs look like; a scheme of no kind is answered as a bad HTTP URL.
    private static void ValidateUrl(string url, FieldErrors errors)
    {
        var found = new List<FieldError>();
        (CheckKinds.Of(url) ?? HttpKind.Instance).Validate(url, CheckSettings.None, found);
        foreach (var error in found)
            errors.Add(error.Field, error.Message);
    }
}
