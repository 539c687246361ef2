using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Monit.Core.Alerts;

namespace Monit.LoadTest;

/// <summary>Accepts the telemetry and the alerts of the workers, and discards them.</summary>
internal sealed class Sink : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Sink(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    public static async Task<Sink> StartAsync(CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/alive", () => "Healthy");
        app.MapPost("/api/v1/alerts", (Alert alert) => Results.Accepted(value: new { alert_id = alert.alert_id, status = "pending" }));
        app.MapPost("/v1/{signal}", async (HttpRequest request) => await request.Body.CopyToAsync(Stream.Null, ct));
        await app.StartAsync(ct);
        return new Sink(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private sealed record Alert(Guid alert_id);
}
