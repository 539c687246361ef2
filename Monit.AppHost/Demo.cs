using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;

namespace Monit.AppHost;

/// <summary>A command in the dashboard that shows Monit at work: an account with monitors, a few of which go down.</summary>
internal static class Demo
{
    private const int Monitors = 100;
    private const int Down = 5;
    private const string ClosedPort = "http://127.0.0.1:1/";

    /// <summary>Adds the command to the API, whose free accounts may then have many monitors. Nothing when publishing.</summary>
    public static IResourceBuilder<ProjectResource> WithDemo(this IResourceBuilder<ProjectResource> api) =>
        api.ApplicationBuilder.ExecutionContext.IsPublishMode ? api : api
            .WithEnvironment("Monitors__FreeQuota", "1000")
            .WithCommand("seed-demo", $"Seed {Monitors} demo monitors", context => SeedAsync(api.GetEndpoint("http"), context.CancellationToken),
                new CommandOptions
                {
                    Description = $"Registers an account with {Monitors} monitors: of the API itself, and {Down} of a port where nothing listens.",
                    IconName = "AddSquareMultiple",
                    IsHighlighted = true,
                    UpdateState = context => context.ResourceSnapshot.HealthStatus is Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy
                        ? ResourceCommandState.Enabled
                        : ResourceCommandState.Disabled,
                });

    private static async Task<ExecuteCommandResult> SeedAsync(EndpointReference endpoint, CancellationToken ct)
    {
        using var http = new HttpClient { BaseAddress = new Uri(endpoint.Url) };
        var account = new
        {
            email = $"demo-{RandomNumberGenerator.GetHexString(8, lowercase: true)}@example.com",
            password = RandomNumberGenerator.GetHexString(24, lowercase: true),
        };
        var created = 0;
        try
        {
            await PostAsync("users/register", new { name = "Demo", account.email, account.password });
            var login = await PostAsync("users/login", account);
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", login.GetProperty("access_token").GetString());
            for (; created < Monitors; created++)
            {
                var up = created >= Down;
                await PostAsync("monitors", new
                {
                    name = $"Demo {created + 1:000} ({(up ? "up" : "down")})",
                    url = up ? new Uri(http.BaseAddress, "alive").ToString() : ClosedPort,
                    alert_email = account.email,
                    interval_sec = 30,
                });
            }
        }
        catch (HttpRequestException refused)
        {
            return CommandResults.Failure($"{created} of {Monitors} monitors were created. {refused.Message}");
        }
        return CommandResults.Success($"{created} monitors were created.",
            $"Log in as `{account.email}` with the password `{account.password}`.", CommandResultFormat.Markdown, displayImmediately: true);

        async Task<JsonElement> PostAsync(string path, object body)
        {
            using var response = await http.PostAsJsonAsync($"api/v1/{path}", body, ct);
            return response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created
                ? await response.Content.ReadFromJsonAsync<JsonElement>(ct)
                : throw new HttpRequestException($"{path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(ct)}");
        }
    }
}
