using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Monit.Api.Auth;
using Monit.Api.Http;
using Monit.Core.Monitors;
using Monit.Core.Options;
using Monit.Storage.Sql;
using Monit.Storage.Sync;

namespace Monit.Api.Monitors;

internal static class MonitorEndpoints
{
    /// <summary>Room for all settings (<see cref="CheckRules.MaxBytes"/>) in JSON that escapes some of them.</summary>
    public static readonly RequestSizeLimitAttribute MaxBody = new(2 * CheckRules.MaxBytes);

    public static IServiceCollection AddMonitors(this IServiceCollection services)
    {
        // Strangers have a quota; who runs Monit for themselves set their own bounds.
        services.AddValidatedOptions<MonitorOptions>("Monitors").PostConfigure<IOptions<AuthOptions>>((monitors, auth) =>
        {
            if (auth.Value.Registration != Registration.Open)
                return;
            monitors.FreeQuota ??= 10;
            monitors.PaidQuota ??= 1000;
        });
        services.AddSingleton<WriteThrough>();
        services.AddScoped<StatusReader>();
        services.AddScoped<MonitorFigures>();
        services.AddScoped<MonitorReader>();
        services.AddScoped<MonitorList>();
        services.AddSingleton<MonitorSecrets>();
        services.ConfigureHttpJsonOptions(http =>
        {
            http.SerializerOptions.TypeInfoResolver = http.SerializerOptions.TypeInfoResolver!.WithAddedModifier(MonitorJson.AddFields);
            http.SerializerOptions.Converters.Add(new AssertionJson());
        });
        services.ConfigureAll<OpenApiOptions>(document =>
        {
            document.AddSchemaTransformer(MonitorJson.DescribeAsync).AddSchemaTransformer(SettingsSchemas.DescribeAsync).AddDocumentTransformer(MonitorJson.DescribePartsAsync);
            // Any JSON is no schema worth a name.
            document.CreateSchemaReferenceId = json => json.Type == typeof(JsonElement) || json.Type == typeof(JsonElement?) ? null : OpenApiOptions.CreateDefaultSchemaReferenceId(json);
        });
        return services;
    }

    public static void MapMonitors(this IEndpointRouteBuilder api)
    {
        var monitors = api.MapGroup("/monitors").WithTags("Monitors").RequireAuthorization();
        monitors.MapGet("", ListAsync).WithQuery([.. MonitorFilter.Parameters, MonitorInclude.Parameter]);
        monitors.MapPost("", MonitorChanges.CreateAsync).Refuses(StatusCodes.Status403Forbidden).WithMetadata(MaxBody);
        monitors.MapGet("/{id:guid}", GetAsync).WithQuery(MonitorInclude.Parameter);
        monitors.MapPatch("/{id:guid}", MonitorChanges.PatchAsync).WithMetadata(MaxBody);
        monitors.MapDelete("/{id:guid}", MonitorChanges.DeleteAsync);
        monitors.MapGet("/{id:guid}/status", StatusAsync);
        monitors.MapPost("/{id:guid}/check", CheckAsync).Refuses(StatusCodes.Status409Conflict);
    }

    /// <summary>The monitors of the token's account; those of other accounts respond with 404.</summary>
    public static IQueryable<UptimeMonitor> OwnedBy(this IQueryable<UptimeMonitor> monitors, ClaimsPrincipal user)
    {
        var owner = user.Id();
        return monitors.Where(m => m.UserId == owner);
    }

    private static async Task<Results<Ok<Page<MonitorResponse>>, ProblemHttpResult>> ListAsync(
        [AsParameters] Paging paging, [AsParameters] MonitorFilter filter, [AsParameters] MonitorInclude include, ClaimsPrincipal user,
        MonitorList list, CancellationToken ct)
    {
        if (await list.ReadAsync(user, paging, filter, include, ct) is { } page)
            return TypedResults.Ok(page);
        var errors = new FieldErrors();
        errors.Add("cursor", $"must be the next_cursor of an earlier page of this list with the same sort, {filter.Order.Name}");
        return Problems.Invalid(errors);
    }

    private static async Task<Results<Ok<MonitorResponse>, ProblemHttpResult>> GetAsync(
        Guid id, [AsParameters] MonitorInclude include, ClaimsPrincipal user, MonitDb db, MonitorReader reader, CancellationToken ct) =>
        await FindAsync(id, user, db, ct) is { } monitor
            ? TypedResults.Ok(await reader.ReadAsync(monitor, ct, include))
            : Problems.NotFound();

    private static async Task<Results<Ok<StatusResponse>, ProblemHttpResult>> StatusAsync(
        Guid id, ClaimsPrincipal user, MonitDb db, StatusReader statuses, CancellationToken ct) =>
        await FindAsync(id, user, db, ct) is { } monitor
            ? TypedResults.Ok(await statuses.ReadAsync(monitor, ct))
            : Problems.NotFound();

    private static async Task<Results<Accepted, ProblemHttpResult>> CheckAsync(
        Guid id, ClaimsPrincipal user, MonitDb db, MonitorSync sync, CancellationToken ct)
    {
        if (await FindAsync(id, user, db, ct) is not { } monitor)
            return Problems.NotFound();
        if (!monitor.Enabled)
            return Problems.Conflict("The monitor is paused. Enable it first.");
        // A disconnect of the client must not cancel an accepted check.
        await sync.CheckNowAsync(id, CancellationToken.None);
        return TypedResults.Accepted($"/api/v1/monitors/{id}/status");
    }

    private static Task<UptimeMonitor?> FindAsync(Guid id, ClaimsPrincipal user, MonitDb db, CancellationToken ct) =>
        db.Monitors.AsNoTracking().OwnedBy(user).SingleOrDefaultAsync(m => m.Id == id, ct);
}
