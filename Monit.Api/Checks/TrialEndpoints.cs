using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Monit.Api.Auth;
using Monit.Api.Http;
using Monit.Api.Monitors;
using Monit.Core.Checks.Reports;
using Monit.Core.Options;
using Monit.Probes;
using Monit.Storage.Sql;

namespace Monit.Api.Checks;

/// <summary><c>POST /checks</c>: a check that is tried before it is saved.</summary>
internal static class TrialEndpoints
{
    private const string RateLimit = "checks";

    public static void AddTrials(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        builder.AddMonitProbes();
        services.AddValidatedOptions<TrialOptions>("Api");
        services.AddSingleton<TrialSlots>().AddSingleton<TrialTelemetry>().AddSingleton<Trials>();
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<TrialOptions>>((limiter, options) => limiter.AddPolicy(
            RateLimit, http => RequestLimits.Bucket(http, options.Value.ChecksPerSecond, options.Value.ChecksBurst)));
        services.ConfigureAll<OpenApiOptions>(document => document.AddSchemaTransformer(TrialRequest.DescribeAsync));
    }

    public static void MapTrials(this IEndpointRouteBuilder api) =>
        api.MapPost("/checks", CheckAsync).WithTags("Monitors").RequireAuthorization().RequireRateLimiting(RateLimit).Refuses(StatusCodes.Status404NotFound).WithMetadata(MonitorEndpoints.MaxBody);

    private static async Task<Results<Ok<CheckReport>, ProblemHttpResult>> CheckAsync(
        TrialRequest request, ClaimsPrincipal user, MonitDb db, IOptions<MonitorOptions> options, MonitorSecrets secrets, Trials trials, TimeProvider time, HttpContext http)
    {
        CheckBefore? lender = null;
        if (request.Id is { } id)
        {
            if (await db.Monitors.AsNoTracking().OwnedBy(user).SingleOrDefaultAsync(m => m.Id == id, http.RequestAborted) is not { } own)
                return Problems.NotFound();
            lender = CheckBefore.Of(own);
        }
        var monitor = request.ToMonitor(user.Id(), time.GetNow());
        var errors = request.Unread;
        var settings = secrets.TakeOut(request, monitor, lender, errors)?.Settings ?? monitor.Settings;
        MonitorFields.Validate(monitor, request, options.Value, errors);
        CheckRules.Validate(request, monitor.Url, settings, before: null, errors);
        return errors.Any ? Problems.Invalid(errors) : await trials.RunAsync(monitor.ToCheckConfig() with { Settings = settings }, user.Id(), http);
    }
}
