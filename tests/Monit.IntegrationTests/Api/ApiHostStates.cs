using Microsoft.Extensions.DependencyInjection;
using Monit.Core.Checks;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Storage.Sql;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Api;

/// <summary>Sets the states of monitors as a worker would.</summary>
internal static class ApiHostStates
{
    private static readonly string[] Hashes = ["config", "status", "incident"];

    public static async Task OpenIncidentAsync(this ApiHost host, Guid id, bool inRedis = true, DateTimeOffset? at = null)
    {
        var since = at ?? TimeProvider.System.GetUtcNow();
        var outcome = await host.App.Services.GetRequiredService<IncidentStore>()
            .RecordAsync([new Transition(id, 1, since, FailureReason.Timeout, null, 15000)]);
        Assert.Equal((false, null), (outcome[0].Stale, outcome[0].Failure));
        if (inRedis)
            await host.SetAsync(id, new MonitorStatus(MonitorState.Down, null, 15000, FailureReason.Timeout, since.ToUnixTimeMilliseconds()),
                IncidentState.Restored(since));
    }

    public static Task CloseIncidentAsync(this ApiHost host, Guid id, DateTimeOffset at) =>
        host.App.Services.GetRequiredService<IncidentStore>().RecordAsync([new Transition(id, 1, at, null, 200, 12)]);

    public static async Task SetAsync(this ApiHost host, Guid id, MonitorStatus status, IncidentState incident)
    {
        var redis = host.Redis();
        await redis.HashSetAsync(host.Schedule.Keys.For(0, "status"), id.ToString(), status.Encode());
        if (!incident.IsHealthy)
            await redis.HashSetAsync(host.Schedule.Keys.For(0, "incident"), id.ToString(), incident.Encode());
    }

    public static async Task<bool> IsGoneFromRedisAsync(this ApiHost host, Guid id)
    {
        foreach (var hash in Hashes)
            if (await host.Redis().HashExistsAsync(host.Schedule.Keys.For(0, hash), id.ToString()))
                return false;
        return await host.Redis().SortedSetScoreAsync(host.Schedule.Keys.For(0, "schedule"), id.ToString()) is null
            && await host.Redis().SortedSetScoreAsync(host.Schedule.Keys.For(0, "inflight"), id.ToString()) is null;
    }

    private static IDatabase Redis(this ApiHost host) => host.App.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase();
}
