using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Monit.Api.Auth;
using Monit.Core.Users;

namespace Monit.IntegrationTests.Api;

/// <summary>No stranger gets an account where only the owner should have one.</summary>
public abstract class ClosedRegistrationTests(ApiFixture api)
{
    private static readonly (string, string) FirstOnly = ("Auth:Registration", "FirstUserOnly");
    // Others than this machine's users can reach it, though it listens on 127.0.0.1.
    private static readonly (string, string) Proxied = ("Network:TrustedProxies", "10.1.2.3");

    private static object Account(int number, string? token = null) =>
        new { name = "Tester", email = $"first{number}@example.com", password = "correct horse", setup_token = token };

    [Fact]
    public async Task Closed_Nobody()
    {
        await using var host = await api.StartAsync(("Auth:Registration", "Closed"));
        var refused = (await host.Anonymous.SendAsync("POST", "/users/register", Account(1))).IsProblem(403, "forbidden");
        Assert.Contains("Registration is closed", refused.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(0, await host.DbAsync(db => db.Users.CountAsync()));
    }

    [Fact]
    public async Task FirstUserOnly_AtOnce_OneIsCreated_AndNobodyAfterIt()
    {
        await using var host = await api.StartAsync(FirstOnly);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => host.Anonymous.SendAsync("POST", "/users/register", Account(i))));
        Assert.Single(answers, answer => answer.Status == 201);
        Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.IsProblem(403, "forbidden"));
        Assert.Equal(1, await host.DbAsync(db => db.Users.CountAsync()));
        (await host.Anonymous.SendAsync("POST", "/users/register", Account(9))).IsProblem(403, "forbidden");
    }

    [Fact]
    public async Task FirstUserOnly_InTheLastMoment_IsRefused()
    {
        // Passed the first look when there was no account yet.
        await using var host = await api.StartAsync(FirstOnly);
        var user = await host.NewUserAsync();
        var admission = host.App.Services.GetRequiredService<Monit.Api.Users.Admission>();
        Assert.NotNull(await host.DbAsync(db =>
        {
            db.Users.Add(new User { Id = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), Name = "Late", Email = "late@example.com", PasswordHash = "", CreatedAt = TimeProvider.System.GetUtcNow() });
            return admission.SaveAsync(db, TestContext.Current.CancellationToken);
        }));
        Assert.Equal([user.Email], await host.DbAsync(db => db.Users.Select(u => u.Email).ToListAsync()));
    }

    [Fact]
    public async Task FirstUserOnly_WithinReachOfOthers_NeedsTheSetupToken()
    {
        await using var host = await api.StartAsync(FirstOnly, Proxied);
        var token = host.App.Services.GetRequiredService<SetupToken>().Value;
        (await host.Anonymous.SendAsync("POST", "/users/register", Account(1))).IsProblem(400, "validation_failed", "setup_token");
        foreach (var wrong in (string[])["", "guess", token[1..], token + "0"])
            (await host.Anonymous.SendAsync("POST", "/users/register", Account(1, wrong))).IsProblem(403, "forbidden", "setup_token");
        Assert.Equal(201, (await host.Anonymous.SendAsync("POST", "/users/register", Account(1, $" {token} "))).Status);
        (await host.Anonymous.SendAsync("POST", "/users/register", Account(2, token))).IsProblem(403, "forbidden");
        // Replicas, and the next start, have the same.
        await using var replica = await api.StartAsync(FirstOnly, Proxied);
        Assert.Equal(token, replica.App.Services.GetRequiredService<SetupToken>().Value);
    }

    [Fact]
    public async Task Open_NeedsNoSetupToken()
    {
        await using var host = await api.StartAsync(Proxied);
        Assert.Equal(201, (await host.Anonymous.SendAsync("POST", "/users/register", Account(1))).Status);
        Assert.Equal(201, (await host.Anonymous.SendAsync("POST", "/users/register", Account(2))).Status);
    }

    [Theory]
    [InlineData("Open", null, 10)]
    [InlineData("Open", "2", 2)]
    [InlineData("FirstUserOnly", null, null)]
    [InlineData("FirstUserOnly", "2", 2)]
    public async Task Quota_IsForStrangers_OrWhereItIsSet(string registration, string? quota, int? limit)
    {
        (string, string)[] set = quota is null ? [] : [("Monitors:FreeQuota", quota)];
        await using var host = await api.StartAsync([("Auth:Registration", registration), .. set]);
        var user = await host.NewUserAsync();
        var profile = await user.GetAsync("/users/profile");
        Assert.Equal(limit, profile.IsNull("monitors_limit") ? null : profile["monitors_limit"].GetInt32());
        for (var i = 0; i < (limit ?? 12); i++)
            await user.NewMonitorAsync();
        if (limit is not null)
            (await user.SendAsync("POST", "/monitors", new { url = "https://example.com/", interval_sec = 60 })).IsProblem(403, "quota_exceeded");
    }
}

[Collection(nameof(PostgresApi))]
public sealed class PostgresClosedRegistrationTests(PostgresApi api) : ClosedRegistrationTests(api);

[Collection(nameof(SqliteApi))]
public sealed class SqliteClosedRegistrationTests(SqliteApi api) : ClosedRegistrationTests(api);
