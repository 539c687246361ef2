using Monit.Storage.Schedule;
using StackExchange.Redis;

namespace Monit.Worker.Reconciler;

/// <summary>
/// A Redis key with a TTL that ensures only one worker runs some work on a shard. It is in the same Redis as the data it
/// protects: if Redis is emptied, the lease is lost too, and the holder detects that at its next renewal.
/// </summary>
internal sealed class ShardLease
{
    private readonly IDatabase _db;
    private readonly RedisKey _key;
    private readonly RedisValue _token = Guid.CreateVersion7().ToString();
    private readonly TimeSpan _ttl;

    private ShardLease(IDatabase db, RedisKey key, TimeSpan ttl) => (_db, _key, _ttl) = (db, key, ttl);

    /// <summary>Takes the lease; null while another worker has it.</summary>
    public static async Task<ShardLease?> TryTakeAsync(IDatabase db, RedisKeys keys, int shard, string work, TimeSpan ttl)
    {
        var lease = new ShardLease(db, keys.For(shard, work), ttl);
        return await db.StringSetAsync(lease._key, lease._token, ttl, When.NotExists) ? lease : null;
    }

    /// <summary>Extends the lease by its TTL; false if it was lost meanwhile.</summary>
    public Task<bool> RenewAsync() => WhileHeldAsync(held => _ = held.KeyExpireAsync(_key, _ttl));

    public Task<bool> ReleaseAsync() => WhileHeldAsync(held => _ = held.KeyDeleteAsync(_key));

    /// <summary>Runs a transaction in the same shard; false, without effect, if the lease is no longer held.</summary>
    public async Task<bool> WhileHeldAsync(Action<ITransaction> work)
    {
        var transaction = _db.CreateTransaction();
        transaction.AddCondition(Condition.StringEqual(_key, _token));
        work(transaction);
        return await transaction.ExecuteAsync();
    }
}
