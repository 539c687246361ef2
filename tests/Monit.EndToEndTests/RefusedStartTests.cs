using System.Net;
using System.Net.Sockets;
using Monit.Core.Users;
using Monit.Testing;

namespace Monit.EndToEndTests;

/// <summary>What keeps Monit from starting is said in one line, with what to do about it.</summary>
public sealed class RefusedStartTests
{
    [Fact]
    public async Task FolderInUse_IsNamed_AndTheFirstGoesOn()
    {
        await using var target = new ScriptedTarget();
        await using var monit = new Installation();
        using var user = await User.RegisterAsync((await monit.StartAsync()).Url);
        var id = await user.AddMonitorAsync(target.Url, intervalSec: 2, timeoutSec: 1);
        await user.StateAsync(id, "up");

        var error = await monit.RefusalAsync();
        Assert.Contains(monit.Data, error, StringComparison.Ordinal);
        Assert.Contains("Standalone__DataDirectory", error, StringComparison.Ordinal);

        var before = target.Requests.Count;
        await Eventually.True(() => target.Requests.Count > before, "the first still checks");
        await user.StateAsync(id, "up");
    }

    [Fact]
    public async Task PortInUse_IsNamed()
    {
        await using var monit = new Installation();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        monit.Settings["ASPNETCORE_URLS"] = $"http://{other.LocalEndpoint}";
        var error = await monit.RefusalAsync();
        Assert.Contains($"http://{other.LocalEndpoint}", error, StringComparison.Ordinal);
        Assert.Contains("in use", error, StringComparison.Ordinal);
        Assert.Contains("ASPNETCORE_URLS", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Scheduler__BatchSize", "0", "monit: Scheduler:BatchSize must be between 1 and 2000.")]
    [InlineData("Scheduler__Interval", "often", "monit: Scheduler:Interval cannot be 'often': it must be a duration, such as 00:00:05.")]
    [InlineData("Auth__Secret", "short", "monit: Auth:Secret must have at least 32 bytes. Set it, for example as the environment variable Auth__Secret.")]
    [InlineData("Monitors__MinInterval", "00:00:01", "monit: Monitors:MinInterval must be from 00:00:02 to 1.00:00:00.")]
    [InlineData("Smtp__Security", "Some", "monit: Smtp:Security cannot be 'Some': it must be one of Auto, None, StartTls, Tls.")]
    public async Task WrongSetting_IsNamedWithItsRange(string name, string value, string error)
    {
        await using var monit = new Installation();
        monit.Settings[name] = value;
        Assert.Equal(error, await monit.RefusalAsync());
    }

    [Fact]
    public async Task WrongSettings_AreAllNamedAtOnce()
    {
        await using var monit = new Installation();
        monit.Settings["Reclaimer__Limit"] = "5000";
        monit.Settings["Alerts__DeliveryWorkers"] = "0";
        var process = monit.Launch();
        Assert.Equal(1, await process.ExitAsync());
        Assert.Equal(
            ["monit: Alerts:DeliveryWorkers must be between 1 and 100.", "monit: Reclaimer:Limit must be between 1 and 2000."],
            process.Errors.Order());
        Assert.Empty(process.Output);
    }
}
