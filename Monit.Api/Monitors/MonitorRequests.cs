using System.Text.Json.Serialization;
using Monit.Api.Http;
using Monit.Core.Monitors;

namespace Monit.Api.Monitors;

/// <summary>The fields that a request has, with null for those that it clears. <see cref="MonitorJson"/> reads them.</summary>
public abstract class MonitorRequest
{
    internal Dictionary<MonitorField, object?> Given { get; } = [];
}

/// <summary>A new monitor.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed class CreateMonitor : MonitorRequest, IValidatable
{
    public void Validate(FieldErrors errors)
    {
        foreach (var field in MonitorFields.All.Where(field => field.Required))
            errors.Unless(Given.GetValueOrDefault(field) is not null, field.Name, "is required");
    }

    public UptimeMonitor ToMonitor(Guid userId, DateTimeOffset now)
    {
        // What is required has been given; the fields follow in the list's order, since a default may depend on those before it.
        var monitor = new UptimeMonitor
        {
            Id = Guid.CreateVersion7(now), UserId = userId, Url = "", IntervalSec = 0, TimeoutSec = 0, CreatedAt = now, UpdatedAt = now,
        };
        foreach (var field in MonitorFields.All)
            if ((Given.GetValueOrDefault(field) ?? field.Default?.Invoke(monitor)) is { } value)
                field.Set(monitor, value);
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

    /// <summary>Applies the update, and increments the version if a field that affects checks has changed.</summary>
    public void Apply(UptimeMonitor monitor, DateTimeOffset now, FieldErrors errors)
    {
        var checkChanged = false;
        foreach (var (field, value) in Given)
        {
            if (value is null && !field.Nullable)
            {
                errors.Add(field.Name, "must not be null");
                continue;
            }
            var before = field.Get(monitor);
            field.Set(monitor, value);
            checkChanged |= field.AffectsCheck && !Equals(before, field.Get(monitor));
        }
        monitor.UpdatedAt = now;
        if (checkChanged)
            monitor.Version++;
    }
}
