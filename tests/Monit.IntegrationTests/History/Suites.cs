using Monit.IntegrationTests.Data;
using Monit.IntegrationTests.Scheduling;
using Monit.Testing;

namespace Monit.IntegrationTests.History;

// Every suite on every store.
public sealed class FilingOnPostgres(LocalStores stores) : ResultsAreFiledOnceSuite(() => SqlStore.PostgresAsync(stores));
public sealed class FilingOnSqlite() : ResultsAreFiledOnceSuite(SqlStore.SqliteAsync);

public sealed class ResultsOnRedis(LocalStores stores) : ResultSuite(stores.RedisAsync);
public sealed class ResultsOnRedisResp2(LocalStores stores) : ResultSuite(stores.Resp2Async);
public sealed class ResultsOnGarnet(GarnetHost garnet) : ResultSuite(garnet.RedisAsync);
