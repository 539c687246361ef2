using System.Text;
using BenchmarkDotNet.Attributes;
using Monit.Core.History;
using Monit.Storage.Schedule;
using StackExchange.Redis;

namespace Monit.Benchmarks;

/// <summary>The client's cost per job of claim and complete, in batches of 500, without Redis.</summary>
[MemoryDiagnoser]
public class Batches
{
    private const int Size = 500;
    private static readonly Guid[] Ids = [.. Enumerable.Range(0, Size).Select(n => new Guid(n, 0, 0, [0x9c, 0x52, 0x3f, 0x1e, 0x8c, 0x4d, 0x2a, 0x10]))];
    private readonly RedisSchedule _claims = CannedRedis.Schedule(ClaimReply());
    private readonly RedisSchedule _completes = CannedRedis.Schedule(RedisResult.Create(Array.Empty<RedisValue>()));
    private readonly Completion[] _completions = [.. Ids.Select(id => new Completion(
        new Lease(id, 1_700_000_030_000), 1_700_000_030_000, TimeSpan.FromSeconds(30),
        new ResultPoint(17_000_000_000, 20), null, null))];

    [Benchmark(OperationsPerInvoke = Size)]
    public Task<Claim> DecodeClaim() => _claims.ClaimAsync(0, Size, TimeSpan.FromSeconds(30));

    [Benchmark(OperationsPerInvoke = Size)]
    public Task<IReadOnlyList<int>> EncodeComplete() => _completes.CompleteAsync(0, _completions);

    // Texts are bytes, as they come from the socket.
    private static RedisResult ClaimReply() => RedisResult.Create(
    [
        RedisResult.Create((RedisValue)1_700_000_000_000),
        RedisResult.Create((RedisValue)1_700_000_030_000),
        RedisResult.Create(Bytes("1")),
        RedisResult.Create(Bytes(string.Join('\n', Ids))),
        RedisResult.Create([Bytes("1700000000000"), Bytes("1700000000100")]),
        RedisResult.Create(Array.Empty<RedisValue>()),
        RedisResult.Create(Bytes("1700000000000000")),
        RedisResult.Create(Bytes("")),
    ]);

    private static RedisValue Bytes(string text) => Encoding.ASCII.GetBytes(text);
}
