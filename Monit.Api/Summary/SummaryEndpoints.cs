using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Monit.Api.Auth;
using Monit.Storage.Resilience;
using Monit.Storage.Schedule;
using Monit.Storage.Sql;

namespace Monit.Api.Summary;

internal static partial class SummaryEndpoints
{
    private static readonly TimeSpan RedisTimeout = TimeSpan.FromSeconds(2);

    public static void MapSummary(this IEndpointRouteBuilder api) =>
        api.MapGet("/summary", SummaryAsync).WithTags("Monitors").RequireAuthorization();

    // A few rows of the account, however many monitors it has.
    private static async Task<Ok<SummaryResponse>> SummaryAsync(
        ClaimsPrincipal user, MonitDb db, RedisPace pace, TimeProvider time, ILoggerFactory loggers, CancellationToken ct)
    {
        var owner = user.Id();
        var counts = await db.StateCounts.AsNoTracking().Where(c => c.UserId == owner).ToListAsync(ct);
        return TypedResults.Ok(SummaryResponse.Of(counts, await PaceAsync(pace, time, loggers, ct)));
    }

    private static async Task<Pace?> PaceAsync(RedisPace pace, TimeProvider time, ILoggerFactory loggers, CancellationToken ct)
    {
        try
        {
            return await pace.ReadAsync().WaitAsync(RedisTimeout, time, ct);
        }
        catch (Exception failure) when (StoreResilience.IsStoreFailure(failure))
        {
            LogRedisAway(loggers.CreateLogger(typeof(SummaryEndpoints)), failure.Message);
            return null;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Redis does not answer; the summary lacks the pace of the checks: {Reason}")]
    private static partial void LogRedisAway(ILogger logger, string reason);
}
