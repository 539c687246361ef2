using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Monit.Core.Monitors;
using Monit.Core.Users;
using Monit.Testing;

namespace Monit.EndToEndTests;

internal sealed record MonitorStatus(string State, string? Reason, DateTimeOffset? CheckedAt, int FailureCount);

internal sealed record Incident(Guid Id, Guid MonitorId, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string Reason);

/// <summary>Somebody with an account, who has nothing but HTTP.</summary>
internal sealed class User : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    private readonly List<Guid> _monitors = [];
    private HttpClient _http = new();

    private User()
    {
    }

    public string Email { get; } = "ada@example.org";
    public string Password { get; } = "correct horse battery staple";
    public string Token { get; private set; } = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Registers with a Monit that has just started, and logs in.</summary>
    public static async Task<User> RegisterAsync(string url)
    {
        var user = new User();
        user.GoTo(url);
        using var registered = await user._http.PostAsJsonAsync(
            "users/register", new { name = "Ada Lovelace", email = user.Email, password = user.Password }, Json, Ct);
        Assert.Equal(HttpStatusCode.Created, registered.StatusCode);
        user.Token = await user.LogInAsync();
        user.GoTo(url);
        return user;
    }

    /// <param name="request">How it is asked; null: as usual.</param>
    public async Task<Guid> AddMonitorAsync(string target, int intervalSec = 3600, int timeoutSec = 10, object? request = null)
    {
        using var answer = await _http.PostAsJsonAsync(
            "monitors", new { url = target, interval_sec = intervalSec, timeout_sec = timeoutSec, request }, Json, Ct);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var id = (await answer.Content.ReadFromJsonAsync<Item>(Json, Ct))!.Id;
        _monitors.Add(id);
        return id;
    }

    /// <summary>Has monitors checked at once.</summary>
    public async Task CheckAsync(params IEnumerable<Guid> ids)
    {
        foreach (var id in ids)
        {
            using var answer = await _http.PostAsync(new Uri($"monitors/{id}/check", UriKind.Relative), null, Ct);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        }
    }

    public async Task<MonitorStatus> StatusAsync(Guid id) =>
        (await _http.GetFromJsonAsync<MonitorStatus>($"monitors/{id}/status", Json, Ct))!;

    /// <summary>An answer as it is.</summary>
    public Task<string> ReadAsync(string path) => _http.GetStringAsync(new Uri(path, UriKind.Relative), Ct);

    /// <summary>The first status seen in that state.</summary>
    public Task<MonitorStatus> StateAsync(Guid id, string state) =>
        Eventually.Get(() => StatusAsync(id), status => status.State == state, $"the monitor is {state}");

    /// <summary>All incidents of some monitors, one monitor after another.</summary>
    public async Task<IReadOnlyList<Incident>> IncidentsAsync(params IEnumerable<Guid> ids)
    {
        List<Incident> incidents = [];
        foreach (var id in ids)
            incidents.AddRange((await _http.GetFromJsonAsync<Items<Incident>>($"monitors/{id}/incidents", Json, Ct))!.List);
        return incidents;
    }

    /// <summary>After a restart: the token from before still works, so does the password, and no monitor is missing.</summary>
    public async Task IsBackAsync(MonitProcess monit)
    {
        GoTo(monit.Url);
        Assert.Equal(_monitors.Order(), (await _http.GetFromJsonAsync<Items<Item>>("monitors?limit=200", Json, Ct))!.List.Select(m => m.Id).Order());
        Assert.NotEmpty(await LogInAsync());
    }

    public void Dispose() => _http.Dispose();

    private void GoTo(string url)
    {
        _http.Dispose();
        _http = new HttpClient { BaseAddress = new Uri($"{url}/api/v1/") };
        if (Token.Length > 0)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    private async Task<string> LogInAsync()
    {
        using var answer = await _http.PostAsJsonAsync("users/login", new { email = Email, password = Password }, Json, Ct);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<LoggedIn>(Json, Ct))!.AccessToken;
    }

    private sealed record Item(Guid Id);
    private sealed record Items<T>([property: System.Text.Json.Serialization.JsonPropertyName("items")] IReadOnlyList<T> List);
    private sealed record LoggedIn(string AccessToken);
}
