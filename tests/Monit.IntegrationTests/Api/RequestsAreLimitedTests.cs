using System.Globalization;
using System.Net;

namespace Monit.IntegrationTests.Api;

/// <summary>One account, or one address without a token, does not take the API from the others.</summary>
[Collection(nameof(SqliteApi))]
public sealed class RequestsAreLimitedTests(SqliteApi api)
{
    [Fact]
    public async Task Account_OverItsBurst_429_AndOthersAreServed()
    {
        await using var host = await api.StartAsync(("Api:RequestsPerSecond", "1"), ("Api:Burst", "40"));
        var (user, other) = (await host.NewUserAsync(), await host.NewUserAsync());
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => user.GetAsync("/monitors")));
        Assert.True(answers.Count(a => a.Status == 200) >= 40, "the burst is served");
        var limited = answers.Where(a => a.Status != 200).ToList();
        Assert.NotEmpty(limited);
        Assert.All(limited, a => Assert.InRange(int.Parse(a.IsProblem(429, "rate_limited").Headers["Retry-After"], CultureInfo.InvariantCulture), 1, 60));
        Assert.Equal(200, (await other.GetAsync("/monitors")).Status);
    }

    [Theory]
    [InlineData("/api/v1/monitors")]
    [InlineData("/api/v1/nothing")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/docs")]
    public async Task Address_WithoutAToken_IsLimited_ButNotWhatWatchesMonit(string path)
    {
        await using var host = await api.StartAsync(("Api:RequestsPerSecond", "1"), ("Api:Burst", "10"));
        Assert.Contains(HttpStatusCode.TooManyRequests, await StatusesAsync(host, path));
        Assert.DoesNotContain(HttpStatusCode.TooManyRequests, await StatusesAsync(host, "/health"));
        Assert.DoesNotContain(HttpStatusCode.TooManyRequests, await StatusesAsync(host, "/alive"));
    }

    [Fact]
    public async Task Default_Is50ASecondAndABurstOf500()
    {
        await using var host = await api.StartAsync(("Api:RequestsPerSecond", "50"));
        var user = await host.NewUserAsync();
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 490).Select(_ => user.GetAsync("/users/profile"))), a => Assert.Equal(200, a.Status));
    }

    private static async Task<HttpStatusCode[]> StatusesAsync(ApiHost host, string path) =>
        await Task.WhenAll(Enumerable.Range(0, 60).Select(async _ =>
        {
            using var answer = await host.Http.GetAsync(path, TestContext.Current.CancellationToken);
            return answer.StatusCode;
        }));
}
