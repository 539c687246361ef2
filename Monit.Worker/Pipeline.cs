using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Monit.Storage.Resilience;
using Monit.Storage.Schedule;
using Monit.Storage.Sql;
using Monit.Storage.Sync;
using Monit.Worker.Alerting;
using Monit.Worker.Completer;
using Monit.Worker.Executor;
using Monit.Worker.History;
using Monit.Worker.Jobs;
using Monit.Worker.Reclaimer;
using Monit.Worker.Reconciler;
using Monit.Worker.ResultProcessor;
using Monit.Worker.Scheduler;
using StackExchange.Redis;

namespace Monit.Worker;

/// <summary>
/// Starts the stages, and drains them in order: stop claiming; release jobs that have not started; let running checks end;
/// write results, incidents and alerts. Five seconds before the limit running checks are aborted and their jobs released,
/// at 2.5 s work that waits for SQL is given up, at 1 s work that waits for Redis.
/// </summary>
internal sealed partial class Pipeline(
    SchedulerStage scheduler,
    ReclaimerStage reclaimer,
    ReconcilerStage reconciler,
    Recorder recorder,
    CountersStage counters,
    RollUpStage rollUps,
    JobQueue jobs,
    ExecutorStage executor,
    ResultChannel results,
    ResultProcessorStage resultProcessor,
    IncidentWriter incidents,
    CompleterStage completer,
    AlertChannel alerts,
    AlertDispatcher dispatcher,
    IDbContextFactory<MonitDb> dbs,
    IConnectionMultiplexer redis,
    RedisKeys keys,
    IOptions<ExecutorOptions> options,
    IOptions<ShutdownOptions> shutdown,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<Pipeline> logger) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly CancellationTokenSource _giveUpSql = new();
    private readonly CancellationTokenSource _giveUpRedis = new();
    private Task _claiming = Task.CompletedTask;
    private Task _checking = Task.CompletedTask;
    private Task _deciding = Task.CompletedTask;
    private Task _recording = Task.CompletedTask;
    private Task _completing = Task.CompletedTask;
    private Task _alerting = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await EnsureShardsAsync(cancellationToken);
        _alerting = Task.Run(() => dispatcher.RunAsync(_giveUpRedis.Token), CancellationToken.None);
        _completing = Task.Run(() => completer.RunAsync(_giveUpRedis.Token), CancellationToken.None);
        _recording = Task.Run(() => incidents.RunAsync(_giveUpSql.Token), CancellationToken.None);
        _deciding = Task.Run(resultProcessor.RunAsync, CancellationToken.None);
        _checking = Task.Run(() => executor.RunAsync(options.Value.WorkerCount, _stop.Token, _abort.Token), CancellationToken.None);
        Task[] claiming =
        [
            Task.Run(() => scheduler.RunAsync(_stop.Token), CancellationToken.None),
            Task.Run(() => reclaimer.RunAsync(_stop.Token), CancellationToken.None),
            Task.Run(() => reconciler.RunAsync(_stop.Token), CancellationToken.None),
            Task.Run(() => recorder.RunAsync(_stop.Token), CancellationToken.None),
            Task.Run(() => counters.RunAsync(_stop.Token), CancellationToken.None),
            Task.Run(() => rollUps.RunAsync(_stop.Token), CancellationToken.None),
        ];
        _claiming = Task.WhenAll(claiming);
        _ = WatchAsync([.. claiming, _checking, _deciding, _recording, _completing, _alerting]);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var limit = shutdown.Value.Timeout;
        using var abort = After(limit - TimeSpan.FromSeconds(5), _abort, cancellationToken);
        using var giveUpSql = After(limit - TimeSpan.FromSeconds(2.5), _giveUpSql, cancellationToken);
        using var giveUpRedis = After(limit - TimeSpan.FromSeconds(1), _giveUpRedis, cancellationToken);

        await _stop.CancelAsync();
        await EndAsync("claiming", _claiming, cancellationToken);
        jobs.Complete();
        await EndAsync("checking", _checking, cancellationToken);
        results.Complete();
        await EndAsync("deciding", _deciding, cancellationToken);
        incidents.Finish();
        await EndAsync("recording", _recording, cancellationToken);
        completer.Finish();
        await EndAsync("completing", _completing, cancellationToken);
        await EndAsync("moving", recorder.FinishAsync(_giveUpRedis.Token), cancellationToken);
        alerts.Complete();
        await EndAsync("alerting", _alerting, cancellationToken);
        LogDrained((long)time.GetElapsedTime(started).TotalMilliseconds);
    }

    public void Dispose()
    {
        _stop.Dispose();
        _abort.Dispose();
        _giveUpSql.Dispose();
        _giveUpRedis.Dispose();
    }

    // A stage that ends by itself is a bug, and a restarted worker is better than one that lacks a stage.
    private async Task WatchAsync(Task[] stages)
    {
        var ended = await Task.WhenAny(stages);
        if (_stop.IsCancellationRequested)
            return;
        LogStageEnded(ended.Exception);
        lifetime.StopApplication();
    }

    // A stage that failed must not keep the others from draining, nor the process from ending.
    private async Task EndAsync(string stage, Task running, CancellationToken ct)
    {
        try
        {
            await running.WaitAsync(ct);
        }
        catch (Exception failure)
        {
            LogNotEnded(stage, failure);
        }
    }

    private static CancellationTokenSource After(TimeSpan delay, CancellationTokenSource target, CancellationToken ct)
    {
        var timer = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timer.CancelAfter(delay);
        timer.Token.Register(target.Cancel);
        return timer;
    }

    // Redis and SQL may start later than this worker; a wrong number of shards is not retried.
    private async Task EnsureShardsAsync(CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await using var db = await dbs.CreateDbContextAsync(ct);
                await ShardCount.EnsureAsync(db, redis.GetDatabase(), keys, ct);
                await EvictionCheck.WarnAsync(redis.GetDatabase(), logger);
                return;
            }
            catch (Exception failure) when (StoreResilience.IsStoreFailure(failure))
            {
                LogWaiting(failure.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), time, ct);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Waiting for Redis and the database ({Reason})")]
    private partial void LogWaiting(string reason);

    [LoggerMessage(2, LogLevel.Information, "Drained in {Milliseconds} ms")]
    private partial void LogDrained(long milliseconds);

    [LoggerMessage(3, LogLevel.Error, "The stage {Stage} failed or did not end in time; draining the others")]
    private partial void LogNotEnded(string stage, Exception failure);

    [LoggerMessage(4, LogLevel.Critical, "A stage of the pipeline has ended; stopping this worker")]
    private partial void LogStageEnded(Exception? failure);
}
