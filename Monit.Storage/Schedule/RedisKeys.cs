using Microsoft.Extensions.Options;
using Monit.Core.Monitors;
using StackExchange.Redis;

namespace Monit.Storage.Schedule;

/// <summary>Builds all keys. The shard is the hash tag, so that a script uses keys of one Redis Cluster hash slot.</summary>
public sealed class RedisKeys(IOptions<SchedulingOptions> options)
{
    public int Shards { get; } = options.Value.Shards;

    /// <summary>The shard of a monitor, from the upper half of the hash, so that shard and phase are independent.</summary>
    public int ShardOf(Guid id) => (int)((Cadence.Hash(id) >> 32) % (ulong)Shards);

    public RedisKey For(int shard, string name) => $"{options.Value.KeyPrefix}:{{{shard}}}:{name}";

    /// <summary>A script's keys in a shard, in the order of its header.</summary>
    public RedisKey[] For(int shard, RedisScript script) => [.. script.Keys.Select(name => For(shard, name))];
}
