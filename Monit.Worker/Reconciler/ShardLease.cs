using Monit.Core.Scheduling;
using StackExchange.Redis;

namespace Monit.Worker.Reconciler;

/// <summary>
/// A leased key that makes one worker the runner of some work on a shard. It lies in Redis beside what it guards: a
/// Redis that is emptied loses the lease as well, and the holder learns of it at its next renewal.
/// </summary>
internal sealed class ShardLease
{
    private readonly IDatabase _db;
    private readonly RedisKey _key;
    private readonly RedisValue _token = Guid.CreateVersion7().ToString();
    private readonly TimeSpan _ttl;

    private ShardLease(IDatabase db, RedisKey key, TimeSpan ttl) => (_db, _key, _ttl) = (db, key, ttl);

    /// <summary>The lease, or none while another worker has it.</summary>
    public static async Task<ShardLease?> TryTakeAsync(IDatabase db, RedisKeys keys, int shard, string work, TimeSpan ttl)
    {
        var lease = new ShardLease(db, keys.For(shard, work), ttl);
        return await db.StringSetAsync(lease._key, lease._token, ttl, When.NotExists) ? lease : null;
    }

    /// <summary>False when it was lost meanwhile.</summary>
    public Task<bool> RenewAsync() => WhileHeldAsync(held => _ = held.KeyExpireAsync(_key, _ttl));

    public Task<bool> ReleaseAsync() => WhileHeldAsync(held => _ = held.KeyDeleteAsync(_key));

    /// <summary>Does something in the same shard, only if the lease is still held at that moment.</summary>
    public async Task<bool> WhileHeldAsync(Action<ITransaction> work)
    {
        var transaction = _db.CreateTransaction();
        transaction.AddCondition(Condition.StringEqual(_key, _token));
        work(transaction);
        return await transaction.ExecuteAsync();
    }
}
