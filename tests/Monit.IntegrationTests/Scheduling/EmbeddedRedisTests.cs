using System.Net.Sockets;
using Monit.Standalone;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Scheduling;

public sealed class EmbeddedRedisTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("monit-data-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Theory, InlineData(""), InlineData("a-data-folder-whose-path-is-far-longer-than-the-path-of-a-unix-socket-is-allowed-to-be-on-linux-and-elsewhere")]
    public async Task Embedded_ListensForThisUserOnly_AndCleansUp(string folder)
    {
        string socket;
        using (var server = new EmbeddedRedis(Path.Combine(_data, folder)))
        {
            socket = Assert.IsType<UnixDomainSocketEndPoint>(Assert.Single(server.ClientOptions.EndPoints)).ToString();
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(socket));
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                    File.GetUnixFileMode(Path.GetDirectoryName(socket)!));
            }

            await using var redis = await ConnectionMultiplexer.ConnectAsync(server.ClientOptions);
            Assert.True(await redis.GetDatabase().StringSetAsync("a", "b"));
        }
        Assert.False(Directory.Exists(Path.GetDirectoryName(socket)));
    }

    [Fact]
    public async Task Embedded_PublishedMessages_ReachSubscribersOfOtherConnections()
    {
        using var server = new EmbeddedRedis(_data);
        await using var publisher = await ConnectionMultiplexer.ConnectAsync(server.ClientOptions);
        await using var subscriber = await ConnectionMultiplexer.ConnectAsync(server.ClientOptions);
        var (channel, ct) = (RedisChannel.Literal("monit:news"), TestContext.Current.CancellationToken);
        var messages = await subscriber.GetSubscriber().SubscribeAsync(channel);

        foreach (var message in (string[])["one", "two"])
            Assert.Equal(1, await publisher.GetSubscriber().PublishAsync(channel, message));

        Assert.Equal("one", (await messages.ReadAsync(ct)).Message);
        Assert.Equal("two", (await messages.ReadAsync(ct)).Message);
        await messages.UnsubscribeAsync();
        Assert.Equal(0, await publisher.GetSubscriber().PublishAsync(channel, "three"));
    }

    [Fact]
    public async Task Embedded_TwoInOneProcess_KeepApart()
    {
        using var one = new EmbeddedRedis(Path.Combine(_data, "one"));
        using var two = new EmbeddedRedis(Path.Combine(_data, "two"));
        await using var first = await ConnectionMultiplexer.ConnectAsync(one.ClientOptions);
        await using var second = await ConnectionMultiplexer.ConnectAsync(two.ClientOptions);

        await first.GetDatabase().StringSetAsync("a", "b");

        Assert.False(await second.GetDatabase().KeyExistsAsync("a"));
    }
}
