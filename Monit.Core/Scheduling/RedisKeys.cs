using Microsoft.Extensions.Options;
using Monit.Core.Monitors;
using StackExchange.Redis;

namespace Monit.Core.Scheduling;

/// <summary>Builds every key. The shard is the hash tag, so that a script touches one slot of a Redis Cluster.</summary>
public sealed class RedisKeys(IOptions<SchedulingOptions> options)
{
    public int Shards { get; } = options.Value.Shards;

    /// <summary>The shard of a monitor; the hash's upper half, since the lower decides its phase.</summary>
    public int ShardOf(Guid id) => (int)((Cadence.Hash(id) >> 32) % (ulong)Shards);

    public RedisKey For(int shard, string name) => $"{options.Value.KeyPrefix}:{{{shard}}}:{name}";

    /// <summary>A script's keys in a shard, in the order that its header declares.</summary>
    public RedisKey[] For(int shard, RedisScript script) => [.. script.Keys.Select(name => For(shard, name))];
}
