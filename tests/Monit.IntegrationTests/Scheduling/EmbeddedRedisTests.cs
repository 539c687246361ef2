using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Monit.Standalone;
using StackExchange.Redis;

namespace Monit.IntegrationTests.Scheduling;

public sealed class EmbeddedRedisTests
{
    [Theory, InlineData(true), InlineData(false)]
    public async Task Embedded_ListensForThisUserOnly_AndCleansUp(bool withLogger)
    {
        string socket;
        using (var server = new EmbeddedRedis(withLogger ? NullLoggerFactory.Instance : null))
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
    public async Task Embedded_TwoInOneProcess_KeepApart()
    {
        using var one = new EmbeddedRedis();
        using var two = new EmbeddedRedis();
        await using var first = await ConnectionMultiplexer.ConnectAsync(one.ClientOptions);
        await using var second = await ConnectionMultiplexer.ConnectAsync(two.ClientOptions);

        await first.GetDatabase().StringSetAsync("a", "b");

        Assert.False(await second.GetDatabase().KeyExistsAsync("a"));
    }
}
