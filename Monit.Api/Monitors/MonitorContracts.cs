using System.Buffers.Text;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using Monit.Api.Http;
using Monit.Core.Checks;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Storage.Schedule;

namespace Monit.Api.Monitors;

/// <summary>A new monitor; <c>url</c> and <c>interval_sec</c> are required. <see cref="MonitorRules"/> validates the rest.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CreateMonitor(
    string? Name, string? Url, string? AlertEmail, int? IntervalSec, int? TimeoutSec,
    int? LatencyThresholdMs, int? ExpectedStatus, bool? Enabled) : IValidatable
{
    public void Validate(FieldErrors errors)
    {
        errors.Unless(Url is not null, "url", "is required");
        errors.Unless(IntervalSec is not null, "interval_sec", "is required");
    }

    public UptimeMonitor ToMonitor(Guid userId, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        UserId = userId,
        Name = Name,
        Url = Url!,
        AlertEmail = AlertEmail?.Trim(),
        IntervalSec = IntervalSec!.Value,
        TimeoutSec = TimeoutSec ?? MonitorRules.DefaultTimeout(IntervalSec.Value),
        LatencyThresholdMs = LatencyThresholdMs,
        ExpectedStatus = ExpectedStatus ?? 200,
        Enabled = Enabled ?? true,
        CreatedAt = now,
        UpdatedAt = now,
    };
}

/// <summary>A partial update: absent fields stay unchanged, null clears optional ones.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PatchMonitor(
    Optional<string> Name, Optional<string> Url, Optional<string> AlertEmail, Optional<int> IntervalSec, Optional<int> TimeoutSec,
    Optional<int?> LatencyThresholdMs, Optional<int> ExpectedStatus, Optional<bool> Enabled)
{
    /// <summary>Applies the update, and increments the version if a field that affects checks has changed.</summary>
    public void Apply(UptimeMonitor monitor, DateTimeOffset now, FieldErrors errors)
    {
        var before = Checked(monitor);
        monitor.Name = Name.Or(monitor.Name);
        monitor.AlertEmail = AlertEmail.Or(monitor.AlertEmail)?.Trim();
        monitor.LatencyThresholdMs = LatencyThresholdMs.Or(monitor.LatencyThresholdMs);
        monitor.Url = Url.OrRequired(monitor.Url, "url", errors);
        monitor.IntervalSec = IntervalSec.OrRequired(monitor.IntervalSec, "interval_sec", errors);
        monitor.TimeoutSec = TimeoutSec.OrRequired(monitor.TimeoutSec, "timeout_sec", errors);
        monitor.ExpectedStatus = ExpectedStatus.OrRequired(monitor.ExpectedStatus, "expected_status", errors);
        monitor.Enabled = Enabled.OrRequired(monitor.Enabled, "enabled", errors);
        monitor.UpdatedAt = now;
        if (Checked(monitor) != before)
            monitor.Version++;
    }

    private static (string, int, int, int?, int, bool) Checked(UptimeMonitor m) =>
        (m.Url, m.IntervalSec, m.TimeoutSec, m.LatencyThresholdMs, m.ExpectedStatus, m.Enabled);
}

/// <summary>The query of the monitor list; the conditions are combined with AND.</summary>
public sealed record MonitorFilter(
    [FromQuery(Name = "cursor")] string? CursorText, [FromQuery(Name = "enabled")] string? EnabledText,
    [FromQuery(Name = "state")] string? StateText, [FromQuery(Name = "q")] string? Q) : IValidatable
{
    private static readonly string[] States = [.. Enum.GetNames<MonitorState>().Select(s => s.ToLowerInvariant())];

    /// <summary>The last id of the previous page.</summary>
    public Guid? Cursor => CursorText is null ? null : Decode(CursorText);
    public bool? Enabled => EnabledText is null ? null : EnabledText == "true";
    public MonitorState? State => StateText is null ? null : (MonitorState)Array.IndexOf(States, StateText);

    public void Validate(FieldErrors errors)
    {
        errors.Unless(CursorText is null || Decode(CursorText) is not null, "cursor", "must be the next_cursor of an earlier page");
        errors.Unless(EnabledText is null or "true" or "false", "enabled", "must be true or false");
        errors.Unless(StateText is null || States.Contains(StateText), "state", $"must be one of {string.Join(", ", States)}");
        if (Q is not null)
            errors.Text("q", Q, 0, 200);
    }

    public static string Encode(Guid id) => Base64Url.EncodeToString(id.ToByteArray());

    private static Guid? Decode(string cursor)
    {
        Span<byte> bytes = stackalloc byte[16];
        return cursor.Length == 22 && Base64Url.TryDecodeFromChars(cursor, bytes, out var written) && written == 16
            ? new Guid(bytes) : null;
    }
}

public sealed record MonitorResponse(
    Guid Id, string? Name, string Url, string? AlertEmail, int IntervalSec, int TimeoutSec, int? LatencyThresholdMs,
    int ExpectedStatus, bool Enabled, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, StatusResponse Status)
{
    public static MonitorResponse Of(UptimeMonitor m, StatusResponse status) => new(
        m.Id, m.Name, m.Url, m.AlertEmail, m.IntervalSec, m.TimeoutSec, m.LatencyThresholdMs,
        m.ExpectedStatus, m.Enabled, m.CreatedAt, m.UpdatedAt, status);
}

/// <summary>The state of a monitor and the result of its last check.</summary>
/// <param name="NextCheckAt">Null while it is being checked, or is paused.</param>
/// <param name="FailureCount">Consecutive failed checks, without quick retries.</param>
public sealed record StatusResponse(
    MonitorState State, int? HttpStatus = null, long? LatencyMs = null, string? Reason = null,
    DateTimeOffset? CheckedAt = null, DateTimeOffset? NextCheckAt = null, int FailureCount = 0)
{
    /// <summary>Before the first check.</summary>
    public static StatusResponse New(UptimeMonitor monitor) => new(monitor.Enabled ? MonitorState.Pending : MonitorState.Paused);

    /// <summary>From the state in Redis.</summary>
    public static StatusResponse Of(UptimeMonitor monitor, MonitorView view) => !monitor.Enabled ? New(monitor) : new(
        StateOf(view), view.Status?.HttpStatus, view.Status?.LatencyMs, view.Status?.Reason?.ToWire(),
        At(view.Status?.CheckedAt), At(view.NextCheckAt), view.Incident.FailureCount);

    /// <summary>From SQL alone, while Redis is unavailable.</summary>
    public static StatusResponse Of(UptimeMonitor monitor, MonitorIncident? open) => !monitor.Enabled || open is null
        ? New(monitor) : new(MonitorState.Down, open.HttpStatus, open.LatencyMs, open.Reason);

    private static MonitorState StateOf(MonitorView view) => view switch
    {
        { Incident: { Parked: true, DbIncident: true } } => MonitorState.Parked,
        { Incident.DbIncident: true } => MonitorState.Down,
        { Incident.FailureCount: > 0 } or { Incident.RetryCount: > 0 } => MonitorState.Failing,
        { Status: null } => MonitorState.Pending,
        _ => MonitorState.Up,
    };

    private static DateTimeOffset? At(long? ms) => ms is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
}
