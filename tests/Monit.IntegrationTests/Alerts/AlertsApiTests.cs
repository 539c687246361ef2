using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Monit.Alerts.Contract;
using Monit.Core.Alerts;
using Monit.Core.Users;
using Monit.Storage.Sql;
using Monit.Testing;

namespace Monit.IntegrationTests.Alerts;

/// <summary>The endpoint, its key, and settings that stop the start.</summary>
public sealed class AlertsApiTests : AlertsFixture
{
    private readonly SqliteFile _file = new();

    [Fact]
    public async Task PostTwice_SendsOneMail()
    {
        await using var host = await StartWithoutSweepAsync();
        var down = await SeedDownAsync();

        Assert.Equal(new AlertAccepted(down.Id, "pending"), await host.Api.SendAsync(new SendAlert(down.Id), Token));
        await host.Api.SendAsync(new SendAlert(down.Id), Token);
        await UntilAsync(down.Id, AlertStatus.Delivered);
        Assert.Equal(new AlertAccepted(down.Id, "delivered"), await host.Api.SendAsync(new SendAlert(down.Id), Token));
        // A later alert in the queue is delivered, so the third request has been handled.
        var next = await SeedDownAsync();
        await host.Api.SendAsync(new SendAlert(next.Id), Token);
        await UntilAsync(next.Id, AlertStatus.Delivered);

        Assert.Equal([$"<{down.Id}@monit>", $"<{next.Id}@monit>"], Smtp.Received.Skip(1).Select(m => m.MessageId));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0123456789abcdef0123456789abcdeX")]
    [InlineData(AlertsHost.Key + "0")]
    public async Task WrongKey_Is401_BeforeTheBodyIsRead(string? key)
    {
        await using var host = await StartAsync();
        host.Client.DefaultRequestHeaders.Remove(IAlertsApi.KeyHeader);
        if (key is not null)
            host.Client.DefaultRequestHeaders.Add(IAlertsApi.KeyHeader, key);

        await AssertProblemAsync(await PostAsync(host, "no JSON"), HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task UnknownAlert_Is404()
    {
        await using var host = await StartAsync();
        var response = await host.Client.PostAsJsonAsync("/api/v1/alerts", new SendAlert(NewId()), Token);
        await AssertProblemAsync(response, HttpStatusCode.NotFound, "not_found");
        await Assert.ThrowsAsync<KeyNotFoundException>(() => host.InProcess.SendAsync(new SendAlert(NewId()), Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"alert_id": "x"}""")]
    public async Task BadBody_Is400(string body)
    {
        await using var host = await StartAsync();
        var problem = await AssertProblemAsync(await PostAsync(host, body), HttpStatusCode.BadRequest, "validation_failed");
        Assert.True(problem.TryGetProperty("errors", out _));
    }

    [Fact]
    public async Task HugeBody_Is400()
    {
        await using var host = await StartAsync();
        await AssertProblemAsync(await PostAsync(host, new string(' ', 10_000)), HttpStatusCode.BadRequest, "validation_failed");
    }

    [Fact]
    public async Task InProcess_SendsWithoutHttp()
    {
        await using var host = await StartWithoutSweepAsync();
        var down = await SeedDownAsync();
        Assert.Equal("pending", (await host.InProcess.SendAsync(new SendAlert(down.Id), Token)).Status);
        await UntilAsync(down.Id, AlertStatus.Delivered);
    }

    [Theory]
    [InlineData("monit:secret-word", AlertStatus.Delivered, "None")]
    [InlineData("monit:another-word", AlertStatus.Failed, "None")]
    [InlineData("monit:secret-word", AlertStatus.Failed, "Auto")]
    public async Task LogIn_WithUserAndPassword_NeverInPlainTextUnlessConfigured(string login, AlertStatus expected, string security)
    {
        await using var smtp = new SmtpSink { Login = login };
        var down = await SeedDownAsync();
        await using var host = await StartAsync(smtp.Port, ("Smtp:User", "monit"), ("Smtp:Password", "secret-word"),
            ("Smtp:Security", security), ("Alerts:GiveUpAfter", "00:00:01"));

        var alert = await UntilAsync(down.Id, expected);

        Assert.DoesNotContain("secret-word", alert.LastError ?? "", StringComparison.Ordinal);
        Assert.DoesNotContain(host.Log, line => line.Contains("secret-word", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Alerts:Key", "too short", "Alerts:Key must be set and have 32 to 1024 characters")]
    [InlineData("Alerts:Key", "", "Alerts:Key must be set and have 32 to 1024 characters")]
    [InlineData("Alerts:DeliveryWorkers", "0", "DeliveryWorkers must be between 1 and 100")]
    [InlineData("Alerts:SweepInterval", "00:00:00", "SweepInterval must be between 00:00:00.0100000 and 01:00:00")]
    [InlineData("Alerts:SendLease", "00:00:30", "Alerts:SendLease (00:00:30) must exceed Smtp:Timeout (00:00:30)")]
    [InlineData("Alerts:GiveUpAfter", "31.00:00:00", "GiveUpAfter must be between 00:00:01 and 30.00:00:00")]
    [InlineData("Alerts:MailsPerAccount", "-1", "MailsPerAccount must be between 0 and 1000000")]
    [InlineData("Alerts:MailsPerRecipient", "-1", "MailsPerRecipient must be between 0 and 1000000")]
    [InlineData("Alerts:ConfirmationsPerAccount", "0", "ConfirmationsPerAccount must be between 1 and 1000000")]
    [InlineData("PublicUrl", "monit.example.org", "PublicUrl must be an absolute http or https URL")]
    [InlineData("PublicUrl", "ftp://monit.example.org", "PublicUrl must be an absolute http or https URL")]
    [InlineData("PublicUrl", "https://monit.example.org/?a=1", "PublicUrl must be an absolute http or https URL")]
    [InlineData("Smtp:CaFile", "/nowhere/ca.pem", "Smtp:CaFile: /nowhere/ca.pem cannot be read")]
    [InlineData("Smtp:CaFile", "/proc/version", "Smtp:CaFile: /proc/version holds no certificate in PEM form")]
    [InlineData("Smtp:Port", "70000", "Port must be between 1 and 65535")]
    [InlineData("Smtp:Security", "Maybe", "Smtp:Security")]
    [InlineData("Smtp:Security", "7", "Smtp:Security must be")]
    [InlineData("Smtp:From", "nobody", "Smtp:From must be one address")]
    public async Task BadSetting_StopsTheStart_AndIsNamed(string name, string value, string error)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync((name, value)));
        Assert.Contains(error, failure.Message, StringComparison.Ordinal);
        Assert.True(failure is OptionsValidationException or InvalidOperationException or AggregateException, failure.ToString());
    }

    private protected override Task CreateDatabaseAsync() => _file.MigrateAsync();
    private protected override void DropDatabase() => _file.Dispose();
    private protected override void AddDatabase(IServiceCollection services) => _file.Add(services);
    private protected override MonitDb NewDb() => _file.NewDb();

    // Once this first alert is delivered, the only sweep, at the start, is over.
    private async Task<AlertsHost> StartWithoutSweepAsync()
    {
        var first = await SeedDownAsync();
        var host = await StartAsync(("Alerts:SweepInterval", "01:00:00"));
        await UntilAsync(first.Id, AlertStatus.Delivered);
        return host;
    }

    private static async Task<HttpResponseMessage> PostAsync(AlertsHost host, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await host.Client.PostAsync("/api/v1/alerts", content, Token);
    }

    private static async Task<JsonElement> AssertProblemAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Token);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.NotEmpty(problem.GetProperty("trace_id").GetString()!);
        return problem;
    }
}
