using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Monit.IntegrationTests.Api;

/// <summary>A client of the API, with or without a token.</summary>
public sealed class Caller(HttpClient http, string? token)
{
    public Guid Id { get; init; }
    public string Email { get; init; } = "";

    /// <param name="path">Below <c>/api/v1</c>.</param>
    /// <param name="body">An object to send as JSON, or a text to send unchanged.</param>
    public Task<Answer> SendAsync(string method, string path, object? body = null) =>
        SendUntilAsync(method, path, body, TestContext.Current.CancellationToken);

    /// <summary>Disconnects when <paramref name="ct"/> is cancelled.</summary>
    public async Task<Answer> SendUntilAsync(string method, string path, object? body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1{path}");
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
            request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request, ct);
        return await Answer.ReadAsync(response);
    }

    public Task<Answer> GetAsync(string path) => SendAsync("GET", path);

    /// <summary>Creates a monitor; returns its id.</summary>
    public async Task<Guid> NewMonitorAsync(object? body = null)
    {
        var created = await SendAsync("POST", "/monitors", body ?? new { url = "https://example.com/", interval_sec = 60 });
        Assert.True(created.Status == 201, $"{created}");
        return created.Guid("id");
    }
}
