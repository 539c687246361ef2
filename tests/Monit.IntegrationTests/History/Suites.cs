using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Monit.IntegrationTests.Data;
using Monit.IntegrationTests.Scheduling;
using Monit.Testing;

namespace Monit.IntegrationTests.History;

// Every suite on every store.
public sealed class FilingOnPostgres(LocalStores stores) : ResultsAreFiledOnceSuite(() => SqlStore.PostgresAsync(stores));
public sealed class FilingOnSqlite() : ResultsAreFiledOnceSuite(SqlStore.SqliteAsync);

public sealed class CleanStopOnPostgresAndRedis(LocalStores stores) : CleanStopMovesAllSuite(() => SqlStore.PostgresAsync(stores), stores.RedisAsync);
public sealed class CleanStopOnSqliteAndGarnet(GarnetHost garnet) : CleanStopMovesAllSuite(SqlStore.SqliteAsync, garnet.RedisAsync);

public sealed class ResultsOnRedis(LocalStores stores) : ResultSuite(stores.RedisAsync);
public sealed class ResultsOnRedisResp2(LocalStores stores) : ResultSuite(stores.Resp2Async);
public sealed class ResultsOnGarnet(GarnetHost garnet) : ResultSuite(garnet.RedisAsync);

public sealed class EachCheckCountsOnceInItsDayOnPostgres(LocalStores stores) : EachCheckCountsOnceInItsDaySuite(() => SqlStore.PostgresAsync(stores));
public sealed class EachCheckCountsOnceInItsDayOnSqlite() : EachCheckCountsOnceInItsDaySuite(SqlStore.SqliteAsync);

public sealed class GoodDaysAreNotOverwrittenOnPostgres(LocalStores stores) : GoodDaysAreNotOverwrittenSuite(() => SqlStore.PostgresAsync(stores));
public sealed class GoodDaysAreNotOverwrittenOnSqlite() : GoodDaysAreNotOverwrittenSuite(SqlStore.SqliteAsync);

public sealed class RetentionRemovesOnlyWhatIsOldOnPostgres(LocalStores stores) : RetentionRemovesOnlyWhatIsOldSuite(() => SqlStore.PostgresAsync(stores))
{
    // A dump reads all tables for hours. Whoever waited for its end would have everybody else wait behind it.
    [Fact]
    public async Task WhoeverReadsForHours_HasNobodyWait()
    {
        await using var db = Factory.CreateDbContext();
        await db.EnsureChunkPartitionAsync(Day, Ct);
        await MarkAsync(Day.AddDays(-3), Day.AddDays(1));
        await using (var dump = Factory.CreateDbContext())
        await using (await dump.Database.BeginTransactionAsync(Ct))
        {
            await dump.ResultChunks.CountAsync(Ct);
            var removing = Retention.RunAsync(Noon(Day.AddDays(4)), _ => Task.CompletedTask, Ct);
            await db.Database.ExecuteSqlAsync($"SET statement_timeout = '10s'", Ct);
            while (!removing.IsCompleted)
                await db.ResultChunks.CountAsync(Ct);
            await removing;
            Assert.Contains(Log.Lines, line => line.Level == LogLevel.Warning && line.Message.Contains("result_chunks", StringComparison.Ordinal));
            Assert.Equal([Day], await db.PartsAsync("result_chunks", Day.AddDays(1), Ct));
            // Nor does a new partition; one that is there needs no lock.
            await Assert.ThrowsAsync<Npgsql.PostgresException>(() => db.EnsureChunkPartitionAsync(Day.AddDays(1), Ct));
            await Retention.PrepareAsync(Noon(Day), Ct);
            await db.EnsureChunkPartitionAsync(Day, Ct);
        }
        await Retention.RunAsync(Noon(Day.AddDays(4)), _ => Task.CompletedTask, Ct);
        Assert.Empty(await db.PartsAsync("result_chunks", Day.AddDays(1), Ct));
    }
}
public sealed class RetentionRemovesOnlyWhatIsOldOnSqlite() : RetentionRemovesOnlyWhatIsOldSuite(SqlStore.SqliteAsync);

public sealed class StandstillIsMadeUpForOnPostgresAndRedis(LocalStores stores) : StandstillIsMadeUpForSuite(() => SqlStore.PostgresAsync(stores), stores.RedisAsync);
public sealed class StandstillIsMadeUpForOnSqliteAndGarnet(GarnetHost garnet) : StandstillIsMadeUpForSuite(SqlStore.SqliteAsync, garnet.RedisAsync);
