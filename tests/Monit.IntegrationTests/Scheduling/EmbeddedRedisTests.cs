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
