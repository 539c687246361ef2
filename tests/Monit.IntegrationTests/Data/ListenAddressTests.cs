using Microsoft.Extensions.Configuration;
using Monit.Standalone;

namespace Monit.IntegrationTests.Data;

/// <summary>Whether Standalone has nobody to protect others from.</summary>
public sealed class ListenAddressTests
{
    [Theory]
    [InlineData(null, null, true)]
    [InlineData("http://127.0.0.1:0", null, true)]
    [InlineData("http://127.8.8.8:80;http://[::1]:80", null, true)]
    [InlineData("http://localhost:8080", null, true)]
    [InlineData("http://localhost:8080;http://192.168.1.2:8080", null, false)]
    [InlineData("http://*:8080", null, false)]
    [InlineData("http://+:8080", null, false)]
    [InlineData("http://0.0.0.0:8080", null, false)]
    [InlineData("http://[::]:8080", null, false)]
    [InlineData("http://localhost.example.org:8080", null, false)]
    [InlineData("http://unix:/run/monit.sock", null, false)]
    [InlineData("nonsense", null, false)]
    [InlineData("http://127.0.0.1:8080", "http://0.0.0.0:9090", false)]
    [InlineData("http://0.0.0.0:8080", "http://127.0.0.1:9090", true)]
    public void Loopback_IsWhatOnlyThisMachineReaches(string? urls, string? endpoint, bool expected)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = urls, ["Kestrel:Endpoints:Http:Url"] = endpoint,
        }.Where(setting => setting.Value is not null)).Build();
        Assert.Equal(expected, ListenAddress.IsLoopback(configuration, "http://127.0.0.1:8080"));
    }
}
