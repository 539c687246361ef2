using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Monit.ServiceDefaults;

namespace Monit.IntegrationTests.Api;

/// <summary>No browser guesses a content type, and no cache keeps a token.</summary>
[Collection(nameof(SqliteApi))]
public sealed class SniffedAndCachedTests(SqliteApi api)
{
    [Theory]
    [InlineData("GET", "/health", 200)]
    [InlineData("GET", "/alive", 200)]
    [InlineData("GET", "/openapi/v1.json", 200)]
    [InlineData("GET", "/foreign", 200)]
    [InlineData("GET", "/boom", 500)]
    [InlineData("GET", "/nothing", 404)]
    [InlineData("GET", "/api/v1/users/profile", 401)]
    [InlineData("PUT", "/api/v1/users/login", 405)]
    [InlineData("POST", "/api/v1/users/login", 400)]
    public async Task Answers_AreNotSniffed(string method, string path, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "POST")
            request.Content = System.Net.Http.Json.JsonContent.Create(new { });
        using var response = await api.Host.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        if (path.StartsWith("/api/", StringComparison.Ordinal))
            Assert.True(response.Headers.CacheControl?.NoStore, $"{response.Headers.CacheControl}");
    }

    [Fact]
    public async Task AnswersWithTokens_AreNotStored()
    {
        var user = await api.Host.NewUserAsync();
        var login = await api.Host.Anonymous.SendAsync("POST", "/users/login", new { email = user.Email, password = "correct horse" });
        Assert.Equal((200, "no-store"), (login.Status, login.Headers["Cache-Control"]));
        Assert.Equal("no-store", (await user.GetAsync("/users/profile")).Headers["Cache-Control"]);
    }

    [Fact]
    public async Task OtherServices_AreNotSniffedEither()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddServiceDefaults();
        await using var app = builder.Build();
        app.MapDefaultEndpoints();
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        foreach (var (path, status) in new[] { ("/health", HttpStatusCode.OK), ("/alive", HttpStatusCode.OK), ("/nothing", HttpStatusCode.NotFound) })
        {
            using var response = await http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal((status, "nosniff"), (response.StatusCode, Assert.Single(response.Headers.GetValues("X-Content-Type-Options"))));
        }
    }
}
