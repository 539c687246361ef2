using Microsoft.Extensions.Options;

namespace Monit.IntegrationTests.Api;

/// <summary>A client's address is its own, unless a proxy that the settings name says another.</summary>
[Collection(nameof(SqliteApi))]
public sealed class ForgedClientTests(SqliteApi api)
{
    private static readonly (string, string) Limit = ("Auth:RateLimitPerMinute", "3");

    [Theory]
    [InlineData(false)]
    // Aspire sets it for every service.
    [InlineData(true)]
    public async Task ForwardedFor_OfAnybody_ChangesNothing(bool enabledByEnvironment)
    {
        await using var host = await api.StartAsync(Limit, ("FORWARDEDHEADERS_ENABLED", $"{enabledByEnvironment}"), ("Network:TrustedProxies", "10.1.2.3, 192.168.0.0/16"));
        var statuses = new List<int>();
        for (var i = 0; i < 4; i++)
            statuses.Add(await LogInAsync(host, $"203.0.113.{i}"));
        Assert.Equal([401, 401, 401, 429], statuses);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.0.0.1, 127.0.0.0/8")]
    public async Task ForwardedFor_OfATrustedProxy_NamesTheClient(string proxies)
    {
        await using var host = await api.StartAsync(Limit, ("Network:TrustedProxies", proxies));
        for (var i = 0; i < 5; i++)
            Assert.Equal(401, await LogInAsync(host, $"203.0.113.{i}"));
        // What a client made up stands left of what the proxy saw.
        var statuses = new List<int>();
        for (var i = 0; i < 4; i++)
            statuses.Add(await LogInAsync(host, $"198.51.100.{i}, 203.0.113.77"));
        Assert.Equal([401, 401, 401, 429], statuses);
        // The addresses of an IPv6 network are one client.
        statuses.Clear();
        for (var i = 0; i < 4; i++)
            statuses.Add(await LogInAsync(host, $"2001:db8:1:2:{i}::1"));
        Assert.Equal([401, 401, 401, 429], statuses);
        Assert.Equal(401, await LogInAsync(host, "2001:db8:1:3::1"));
    }

    [Theory]
    [InlineData("proxy.example.com")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.1 10.0.0.2")]
    public async Task Proxies_ThatAreNoAddresses_AreRefused(string proxies)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => api.StartAsync(("Network:TrustedProxies", proxies)));
        Assert.Contains("Network:TrustedProxies must be addresses or networks", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<int> LogInAsync(ApiHost host, string forwardedFor)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/users/login")
        {
            Content = System.Net.Http.Json.JsonContent.Create(new { email = $"{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}@example.com", password = "x" }),
        };
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", forwardedFor);
        using var response = await host.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }
}
