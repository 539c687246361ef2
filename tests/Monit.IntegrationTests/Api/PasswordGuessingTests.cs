using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Monit.Api.Auth;

namespace Monit.IntegrationTests.Api;

/// <summary>Nobody guesses a password by patience or from many addresses, and no guessing locks the owner out.</summary>
public abstract class PasswordGuessingTests(ApiFixture api)
{
    private const string Home = "127.0.0.99";
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());

    [Fact]
    public async Task Guesses_From20Addresses_AreSlowed_AndTheOwnerStillGetsIn()
    {
        await using var host = await StartAsync();
        var owner = await host.NewUserAsync();
        Assert.Equal(200, (await LogInAsync(host, Home, owner.Email, "correct horse")).Status);

        var answers = new List<Answer>();
        for (var i = 0; i < 1100; i++)
            answers.Add(await LogInAsync(host, $"127.0.0.{2 + i % 20}", owner.Email, $"guess {i}"));
        Assert.Equal(Guesses.Free, answers.Count(answer => answer.Status == 401));
        Assert.All(answers.Skip(Guesses.Free + 1), answer => answer.IsProblem(429, "rate_limited"));

        // Where the owner has logged in before, nothing has changed: not even after a slip.
        Assert.Equal(401, (await LogInAsync(host, Home, owner.Email, "corect horse")).Status);
        await Guess20Async(host, owner.Email, rounds: 8);
        Assert.Equal(200, (await LogInAsync(host, Home, owner.Email, "correct horse")).Status);

        // Elsewhere there is a gap that those who guess cannot take, once each of them has guessed wrong.
        await Guess20Async(host, owner.Email, rounds: 25);
        var wait = RetryAfter(await LogInAsync(host, "127.0.0.50", owner.Email, "correct horse"));
        Assert.InRange(wait, TimeSpan.FromSeconds(1), Guesses.LongestPause);
        _clock.Advance(wait);
        for (var i = 0; i < 20; i++)
            (await LogInAsync(host, $"127.0.0.{2 + i}", owner.Email, "another guess")).IsProblem(429, "rate_limited");
        Assert.Equal(200, (await LogInAsync(host, "127.0.0.50", owner.Email, "correct horse")).Status);
        // The owner's success ends it.
        Assert.Equal(401, (await LogInAsync(host, "127.0.0.51", owner.Email, "typo")).Status);
    }

    [Fact]
    public async Task Guesses_AtAnUnknownEmail_AreAnsweredAlike()
    {
        await using var host = await StartAsync();
        var owner = await host.NewUserAsync();
        for (var i = 0; i < 3 * Guesses.Free; i++)
        {
            var (known, unknown) = (await LogInAsync(host, "127.0.0.7", owner.Email, "guess"), await LogInAsync(host, "127.0.0.7", "nobody@example.org", "guess"));
            Assert.Equal((known.Status, known.Text("detail"), known.Headers.GetValueOrDefault("Retry-After")),
                (unknown.Status, unknown.Text("detail"), unknown.Headers.GetValueOrDefault("Retry-After")));
            Assert.Equal(i < Guesses.Free ? 401 : known.Status, known.Status);
            if (i % 4 == 3)
                _clock.Advance(TimeSpan.FromSeconds(i));
        }
        Assert.True(RetryAfter(await LogInAsync(host, "127.0.0.7", owner.Email, "guess")) <= 2 * Guesses.LongestPause);
        // Time ends it as well.
        _clock.Advance(TimeSpan.FromHours(1));
        for (var i = 0; i < Guesses.Free; i++)
            Assert.Equal(401, (await LogInAsync(host, "127.0.0.7", owner.Email, "guess")).Status);
    }

    [Fact]
    public async Task FloodOfLogIns_IsRefusedAtOnce_AndOthersAreServed()
    {
        using var threads = new HashingThreads(threads: 1, waiting: 1);
        await using var host = await api.StartAsync(builder => builder.Services.AddSingleton(new Passwords(threads)));
        var user = await host.NewUserAsync();
        using var release = new ManualResetEventSlim();
        var (running, waiting) = (threads.TryRun(1, Blocked, TestContext.Current.CancellationToken)!, threads.TryRun(1, Blocked, TestContext.Current.CancellationToken)!);

        foreach (var (path, body) in new (string, object)[]
        {
            ("/users/login", new { email = user.Email, password = "correct horse" }),
            ("/users/login", new { email = "nobody@example.com", password = "pässword" }),
            ("/users/register", new { name = "Tester", email = "late@example.com", password = "correct horse" }),
        })
            Assert.InRange(RetryAfter((await host.Anonymous.SendAsync("POST", path, body)).IsProblem(503, "unavailable")), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
        Assert.Equal(200, (await user.GetAsync("/users/profile")).Status);

        release.Set();
        await Task.WhenAll(running, waiting);
        await Testing.Eventually.True(async () =>
            (await host.Anonymous.SendAsync("POST", "/users/login", new { email = user.Email, password = "correct horse" })).Status == 200, "there is room again");

        bool Blocked() => release.Wait(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    private Task<ApiHost> StartAsync() => api.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(_clock));

    private async Task Guess20Async(ApiHost host, string email, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            _clock.Advance(2 * Guesses.LongestPause);
            for (var i = 0; i < 20; i++)
                Assert.NotEqual(200, (await LogInAsync(host, $"127.0.0.{2 + (round + i) % 20}", email, "guess")).Status);
        }
    }

    private static TimeSpan RetryAfter(Answer answer) => TimeSpan.FromSeconds(int.Parse(answer.Headers["Retry-After"], CultureInfo.InvariantCulture));

    /// <summary>Logs in from one of this machine's addresses.</summary>
    private static async Task<Answer> LogInAsync(ApiHost host, string from, string email, string password)
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, ct) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
                await socket.ConnectAsync(context.DnsEndPoint, ct);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var http = new HttpClient(handler) { BaseAddress = host.Http.BaseAddress };
        return await new Caller(http, null).SendAsync("POST", "/users/login", new { email, password });
    }
}

[Collection(nameof(PostgresApi))]
public sealed class PostgresPasswordGuessingTests(PostgresApi api) : PasswordGuessingTests(api);

[Collection(nameof(SqliteApi))]
public sealed class SqlitePasswordGuessingTests(SqliteApi api) : PasswordGuessingTests(api);
