using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Monit.Api.Http;
using Monit.Api.Monitors;
using Monit.Core.Monitors;

namespace Monit.Api.Checks;

/// <summary>
/// A check to be tried: the fields of a new monitor. How often it would be checked need not be said; the time-out is bound to nothing
/// then, and by default what that of most monitors is.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed class TrialRequest : MonitorRequest, IValidatable
{
    private const string Interval = "interval_sec";

    private static readonly int LongestInterval = MonitorFields.All.Single(field => field.Name == Interval).Range!(new MonitorOptions()).Max;

    /// <summary>A monitor of the account, whose stored secrets stand in for <c>***</c> as long as the URL leads to the same origin.</summary>
    public Guid? Id { get; set; }

    public void Validate(FieldErrors errors)
    {
        foreach (var field in Required())
            errors.Unless(Given.GetValueOrDefault(field) is not null, field.Name, "is required");
        if (errors.Any)
            errors.AddAll(Unread);
    }

    internal UptimeMonitor ToMonitor(Guid userId, DateTimeOffset now)
    {
        var monitor = new CreateMonitor();
        foreach (var (field, value) in Given)
            monitor.Given[field] = value;
        var interval = MonitorFields.All.Single(field => field.Name == Interval);
        monitor.Given[interval] = Given.GetValueOrDefault(interval) ?? LongestInterval;
        return monitor.ToMonitor(userId, now);
    }

    /// <summary>Says in the OpenAPI document what must be given.</summary>
    internal static Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken ct)
    {
        if (context.JsonTypeInfo.Type != typeof(TrialRequest))
            return Task.CompletedTask;
        schema.Required = Required().Select(field => field.Name).ToHashSet();
        ((OpenApiSchema)schema.Properties![Interval]).Type |= JsonSchemaType.Null;
        return Task.CompletedTask;
    }

    private static IEnumerable<MonitorField> Required() => MonitorFields.All.Where(field => field.Required && field.Name != Interval);
}
