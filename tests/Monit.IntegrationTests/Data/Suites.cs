using Monit.IntegrationTests.Scheduling;
using Monit.Testing;

namespace Monit.IntegrationTests.Data;

// Every suite on every store.
public sealed class ModelOnPostgres(LocalStores stores) : ModelSuite(() => SqlStore.PostgresAsync(stores));
public sealed class ModelOnSqlite() : ModelSuite(SqlStore.SqliteAsync);

public sealed class IncidentsOnPostgres(LocalStores stores) : IncidentSuite(() => SqlStore.PostgresAsync(stores));
public sealed class IncidentsOnSqlite() : IncidentSuite(SqlStore.SqliteAsync);

public sealed class SyncOnPostgresAndRedis(LocalStores stores) : SyncSuite(() => SqlStore.PostgresAsync(stores), stores.RedisAsync);
public sealed class SyncOnSqliteAndGarnet(GarnetHost garnet) : SyncSuite(SqlStore.SqliteAsync, garnet.RedisAsync);

public sealed class ShardsOnPostgresAndRedis(LocalStores stores) : ShardSuite(() => SqlStore.PostgresAsync(stores), stores.RedisAsync);
public sealed class ShardsOnSqliteAndGarnet(GarnetHost garnet) : ShardSuite(SqlStore.SqliteAsync, garnet.RedisAsync);

public sealed class BooksOnPostgres(LocalStores stores) : BooksSuite(() => SqlStore.PostgresAsync(stores));
public sealed class BooksOnSqlite() : BooksSuite(SqlStore.SqliteAsync);
