using Monit.Testing;

namespace Monit.IntegrationTests.Scheduling;

// Every suite runs on every server; suites whose replies differ by protocol also run with RESP2.
public sealed class ClaimOnRedis(LocalStores stores) : ClaimSuite(stores.RedisAsync);
public sealed class ClaimOnRedisResp2(LocalStores stores) : ClaimSuite(stores.Resp2Async);
public sealed class ClaimOnGarnet(GarnetHost garnet) : ClaimSuite(garnet.RedisAsync);
public sealed class ClaimOnGarnetResp2(GarnetHost garnet) : ClaimSuite(garnet.Resp2Async);

public sealed class ClaimRaceOnRedis(LocalStores stores) : ClaimRaceSuite(stores.RedisAsync, stores.NewConnectionAsync);
public sealed class ClaimRaceOnGarnet(GarnetHost garnet) : ClaimRaceSuite(garnet.RedisAsync, garnet.NewConnectionAsync);

public sealed class CompleteOnRedis(LocalStores stores) : CompleteSuite(stores.RedisAsync);
public sealed class CompleteOnGarnet(GarnetHost garnet) : CompleteSuite(garnet.RedisAsync);

public sealed class LeaseOnRedis(LocalStores stores) : LeaseSuite(stores.RedisAsync);
public sealed class LeaseOnGarnet(GarnetHost garnet) : LeaseSuite(garnet.RedisAsync);

public sealed class ScheduleOnRedis(LocalStores stores) : ScheduleSuite(stores.RedisAsync);
public sealed class ScheduleOnGarnet(GarnetHost garnet) : ScheduleSuite(garnet.RedisAsync);

public sealed class RemoveOnRedis(LocalStores stores) : RemoveSuite(stores.RedisAsync);
public sealed class RemoveOnGarnet(GarnetHost garnet) : RemoveSuite(garnet.RedisAsync);

public sealed class ReconcileOnRedis(LocalStores stores) : ReconcileSuite(stores.RedisAsync);
public sealed class ReconcileOnRedisResp2(LocalStores stores) : ReconcileSuite(stores.Resp2Async);
public sealed class ReconcileOnGarnet(GarnetHost garnet) : ReconcileSuite(garnet.RedisAsync);
public sealed class ReconcileOnGarnetResp2(GarnetHost garnet) : ReconcileSuite(garnet.Resp2Async);

public sealed class ProtocolModelOnRedis(LocalStores stores) : ProtocolModelSuite(stores.RedisAsync);
public sealed class ProtocolModelOnGarnet(GarnetHost garnet) : ProtocolModelSuite(garnet.RedisAsync);

public sealed class ChangedStatesOnRedis(LocalStores stores) : ChangedStatesSuite(stores.RedisAsync);
public sealed class ChangedStatesOnRedisResp2(LocalStores stores) : ChangedStatesSuite(stores.Resp2Async);
public sealed class ChangedStatesOnGarnet(GarnetHost garnet) : ChangedStatesSuite(garnet.RedisAsync);
