using System.Text.Json;
using System.Text.Json.Serialization;
using Monit.Api.Http;
using Monit.Core.Monitors;

namespace Monit.Api.Monitors;

/// <summary>The fields that a request has, with null for those that it clears. <see cref="MonitorJson"/> reads them.</summary>
public abstract class MonitorRequest
{
    internal Dictionary<MonitorField, object?> Given { get; } = [];

    /// <summary>What is wrong with fields that could not be read, and are therefore not in <see cref="Given"/>.</summary>
    internal FieldErrors Unread { get; } = [];

    /// <param name="value">JSON, if the field reads that by itself.</param>
    internal void Take(MonitorField field, object? value)
    {
        var before = Unread.Found;
        var read = value is JsonElement json ? field.Read!(json, Unread) : value;
        if (Unread.Found == before)
            Given[field] = read;
    }
}

/// <summary>A new monitor.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed class CreateMonitor : MonitorRequest, IValidatable
{
    public void Validate(FieldErrors errors)
    {
        foreach (var field in MonitorFields.All.Where(field => field.Required))
            errors.Unless(Given.GetValueOrDefault(field) is not null, field.Name, "is required");
        if (errors.Any)
            errors.AddAll(Unread);
    }

    /// <summary>A monitor with what was given, and whatever is not given by default.</summary>
    internal UptimeMonitor ToMonitor(Guid userId, DateTimeOffset now)
    {
        // What is required has been given; the fields follow in the list's order, since a default may depend on those before it.
        var monitor = new UptimeMonitor
        {
            Id = Guid.CreateVersion7(now), UserId = userId, Url = "", IntervalSec = 0, TimeoutSec = 0, CreatedAt = now, UpdatedAt = now,
        };
        foreach (var field in MonitorFields.All)
            if (Given.TryGetValue(field, out var value) && (value is not null || field.Nullable))
                field.Set(monitor, value);
            else if (field.Default is { } byDefault)
                field.Set(monitor, byDefault(monitor));
        return monitor;
    }
}

/// <summary>A partial update: absent fields stay unchanged, null clears those that may be null.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed class PatchMonitor : MonitorRequest
{
    /// <summary>Whether it names <c>alert_email</c>, if only with the value that it has: then a lost confirmation mail is sent again.</summary>
    [JsonIgnore]
    public bool ChangesAddress => Given.Keys.Any(given => given.Name == "alert_email");

    /// <summary>Applies the update.</summary>
    internal void Apply(UptimeMonitor monitor, FieldErrors errors)
    {
        foreach (var (field, value) in Given)
            if (value is null && !field.Nullable)
                errors.Add(field.Name, "must not be null");
            else
                field.Set(monitor, value);
    }
}
