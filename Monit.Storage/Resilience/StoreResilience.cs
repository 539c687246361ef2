using System.Data.Common;
using Monit.Core.Incidents;
using Polly;
using Polly.Retry;
using StackExchange.Redis;

namespace Monit.Storage.Resilience;

/// <summary>
/// Retries idempotent calls to Redis or SQL three times, after 50, 100 and 150 ms; then the exception reaches the caller.
/// </summary>
public sealed class StoreResilience
{
    private readonly ResiliencePipeline _pipeline;

    public StoreResilience(TimeProvider time) =>
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = args => new(args.Outcome.Exception is { } failure && IsStoreFailure(failure)),
                MaxRetryAttempts = 3,
                BackoffType = DelayBackoffType.Linear,
                Delay = TimeSpan.FromMilliseconds(50),
            })
            .Build();

    /// <summary>Whether a store is unavailable or refuses temporarily, as opposed to an invalid request.</summary>
    public static bool IsStoreFailure(Exception failure) => failure switch
    {
        RedisException or TimeoutException or ObjectDisposedException => true,
        DbException sql => sql.IsTransient || IsBusy(sql),
        { InnerException: { } inner } => IsStoreFailure(inner),
        _ => false,
    };

    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken ct = default) =>
        await _pipeline.ExecuteAsync(static async (call, ct) => await call(ct), call, ct);

    public Task RunAsync(Func<CancellationToken, Task> call, CancellationToken ct = default) =>
        RunAsync(async token =>
        {
            await call(token);
            return true;
        }, ct);

    // SQLite reports BUSY (5) and LOCKED (6) as errors like any other.
    private static bool IsBusy(DbException sql) => sql is Microsoft.Data.Sqlite.SqliteException { SqliteErrorCode: 5 or 6 };
}
