using System.Text.Json;
using Monit.Api.Http;
using Monit.Core.Checks.Assertions;
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
    public const int MaxTags = 20;
    public const int MaxTag = 50;
    private const int MaxInterval = 86_400;
    private const int MaxName = 200;
    private const int MaxUrl = 2048;
    private const int UsualStatus = 200;

    public static readonly IReadOnlyList<MonitorField> All =
    [
        MonitorField.Of("name", m => m.Name, (m, value) => m.Name = value, nullable: true, judgedWhenWritten: true,
            range: _ => new(0, MaxName), validate: (m, _, errors) => errors.Text("name", m.Name, 0, MaxName)),

        MonitorField.Of("url", m => m.Url, (m, value) => m.Url = value, required: true, affectsCheck: true, judgedByKind: true,
            range: _ => new(0, MaxUrl)),

        MonitorField.Of("tags", m => m.Tags, (m, value) => m.Tags = [.. (value ?? []).Select(Tag)], nullable: true, judgedWhenWritten: true,
            range: _ => new(0, MaxTags), validate: (m, _, errors) => ValidateTags(m.Tags, errors)),

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

        MonitorField.Part("request", s => s.Request, (s, value) => s with { Request = value }),

        MonitorField.Part("tls", s => s.Tls, (s, value) => s with { Tls = value }),

        MonitorField.Part("network", s => s.Network, (s, value) => s with { Network = value }),

        MonitorField.Part("assertions", s => s.Assertions, (s, value) => s with { Assertions = value }, ReadAssertions),

        MonitorField.Of("expected_status", m => m.AnyStatus ? null : m.ExpectedStatus, (m, value) => (m.AnyStatus, m.ExpectedStatus) = (value is null, value ?? m.ExpectedStatus),
            nullable: true, affectsCheck: true, byDefault: int? (m) => Judges(m.Settings, AssertionSource.Status) ? null : UsualStatus, range: _ => new(100, 599)),

        MonitorField.Of("retries", m => m.Retries, (m, value) => m.Retries = value, nullable: true, affectsCheck: true, range: _ => new(0, 10)),

        MonitorField.Of("retry_delay_sec", m => m.RetryDelaySec, (m, value) => m.RetryDelaySec = value, nullable: true, affectsCheck: true, range: _ => new(1, 3600)),

        MonitorField.Of("failure_threshold", m => m.FailureThreshold, (m, value) => m.FailureThreshold = value, nullable: true, affectsCheck: true, range: _ => new(1, 100)),

        MonitorField.Of("success_threshold", m => m.SuccessThreshold, (m, value) => m.SuccessThreshold = value, nullable: true, affectsCheck: true, range: _ => new(1, 100)),

        MonitorField.Of("enabled", m => m.Enabled, (m, value) => m.Enabled = value, affectsCheck: true),
    ];

    /// <summary>A tag as it is stored and looked for.</summary>
    public static string Tag(string? text) => (text ?? "").Trim().Normalize();

    /// <summary>Validates the fields of a monitor one by one, after its creation or a partial update; <see cref="CheckRules"/> judges those that belong together.</summary>
    /// <param name="written">What the request gave.</param>
    public static void Validate(UptimeMonitor monitor, MonitorRequest written, MonitorOptions limits, FieldErrors errors)
    {
        foreach (var field in All)
            if (field.Get(monitor) is not null && (!field.JudgedWhenWritten || written.Given.ContainsKey(field)))
                field.Validate(monitor, limits, errors);
    }

    private static void ValidateTags(List<string> tags, FieldErrors errors)
    {
        errors.Unless(tags.Count <= MaxTags, "tags", $"must be at most {MaxTags}");
        foreach (var (position, tag) in tags.Take(MaxTags).Index())
            if (tags.IndexOf(tag) < position)
                errors.Add($"tags[{position}]", $"must differ from tags[{tags.IndexOf(tag)}]");
            else
                errors.Text($"tags[{position}]", tag, 1, MaxTag);
    }

    private static IReadOnlyList<Assertion>? ReadAssertions(JsonElement json, FieldErrors errors)
    {
        if (!JsonShape.IsWellFormed(json, "assertions", errors))
            return null;
        var found = new List<FieldError>();
        var read = AssertionParser.Read(json, "assertions", found);
        errors.AddRange(found);
        return found.Count == 0 && read.Count > 0 ? read : null;
    }

    private static bool Judges(CheckSettings settings, AssertionSource source) => settings.Assertions?.Any(assertion => assertion.Source == source) == true;
}
