using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Monit.IntegrationTests.Api;

public abstract class UserTests(ApiFixture api)
{
    private readonly ApiHost _host = api.Host;

    private static object Account(string email, string name = "Tester", string password = "correct horse") => new { name, email, password };

    [Fact]
    public async Task Register_StoresArgon2idInPhcForm()
    {
        var user = await _host.NewUserAsync();
        var hash = await _host.DbAsync(db => db.Users.Where(u => u.Id == user.Id).Select(u => u.PasswordHash).SingleAsync());
        Assert.Matches(@"^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$", hash);
    }

    [Fact]
    public async Task Register_EmailInOtherCase_Conflicts()
    {
        var user = await _host.NewUserAsync();
        (await _host.Anonymous.SendAsync("POST", "/users/register", Account($" {user.Email.ToUpperInvariant()} "))).IsProblem(409, "conflict");
    }

    [Fact]
    public async Task Register_SameEmailInParallel_OneIsCreated()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            _host.Anonymous.SendAsync("POST", "/users/register", Account("parallel@example.com"))));
        Assert.Single(answers, a => a.Status == 201);
        Assert.All(answers.Where(a => a.Status != 201), a => a.IsProblem(409, "conflict"));
    }

    [Theory]
    [InlineData("ab", "a@example.com", "12345678", "name")]
    [InlineData("abc", "no address", "12345678", "email")]
    [InlineData("abc", "a@example.com", "1234567", "password")]
    [InlineData("a\0bc", "a@example.com", "12345678", "name")]
    public async Task Register_BadField_IsNamed(string name, string email, string password, string field) =>
        (await _host.Anonymous.SendAsync("POST", "/users/register", Account(email, name, password))).IsProblem(400, "validation_failed", field);

    [Fact]
    public async Task Register_LongPassword_IsRefusedAndMissingFieldsAreNamed()
    {
        (await _host.Anonymous.SendAsync("POST", "/users/register", Account("l@example.com", password: new string('x', 129))))
            .IsProblem(400, "validation_failed", "password");
        var empty = (await _host.Anonymous.SendAsync("POST", "/users/register", "{}")).IsProblem(400, "validation_failed", "name");
        Assert.Equal(["name", "email", "password"], empty["errors"].EnumerateObject().Select(e => e.Name));
    }

    [Fact]
    public async Task Login_WrongPasswordOrUnknownEmail_SameAnswer()
    {
        var user = await _host.NewUserAsync();
        var wrong = (await _host.Anonymous.SendAsync("POST", "/users/login", new { email = user.Email, password = "wrong" })).IsProblem(401, "unauthorized");
        var unknown = (await _host.Anonymous.SendAsync("POST", "/users/login", new { email = "nobody@example.com", password = "wrong" })).IsProblem(401, "unauthorized");
        Assert.Equal(wrong.Content.Replace(wrong.Text("trace_id"), "", StringComparison.Ordinal),
            unknown.Content.Replace(unknown.Text("trace_id"), "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_UnknownAccount_HashesAllTheSame()
    {
        var passwords = _host.App.Services.GetRequiredService<Monit.Api.Auth.Passwords>();
        var ct = TestContext.Current.CancellationToken;
        var hash = await passwords.HashAsync("correct horse", ct);
        var known = await FastestAsync(() => passwords.VerifyAsync("wrong", hash, ct));
        var unknown = await FastestAsync(() => passwords.VerifyAsync("wrong", null, ct));
        // Without the dummy hash it would be thousands of times faster.
        Assert.InRange(unknown / known, 0.2, 5);
        Assert.Equal(true, await passwords.VerifyAsync("correct horse", hash, ct));
        Assert.Equal(false, await passwords.VerifyAsync("correct horse", "$argon2id$nonsense", ct));

        static async Task<double> FastestAsync(Func<Task<bool?>> verify)
        {
            var best = double.MaxValue;
            for (var i = 0; i < 4; i++)
            {
                var start = TimeProvider.System.GetTimestamp();
                Assert.Equal(false, await verify());
                best = Math.Min(best, TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
            }
            return best;
        }
    }

    [Fact]
    public async Task Profile_CountsMonitorsAgainstTheLimit()
    {
        var user = await _host.NewUserAsync();
        await user.NewMonitorAsync();
        var profile = await user.GetAsync("/users/profile");
        Assert.Equal(200, profile.Status);
        Assert.Equal((user.Id, user.Email, "Tester", "user"), (profile.Guid("id"), profile.Text("email"), profile.Text("name"), profile.Text("role")));
        Assert.Equal((1, 10, false), (profile["monitors_count"].GetInt32(), profile["monitors_limit"].GetInt32(), profile["is_paid_user"].GetBoolean()));
        Assert.Equal(1000, (await (await _host.NewUserAsync(paid: true)).GetAsync("/users/profile"))["monitors_limit"].GetInt32());
    }

    [Fact]
    public async Task Login_ExpiresAt_IsInUtcAndAfterTheTtl()
    {
        var user = await _host.NewUserAsync();
        var login = await _host.Anonymous.SendAsync("POST", "/users/login", new { email = user.Email, password = "correct horse" });
        Assert.EndsWith("Z", login.Text("expires_at"), StringComparison.Ordinal);
        Assert.InRange(login["expires_at"].GetDateTimeOffset() - TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(29), TimeSpan.FromMinutes(30));
    }

    [Theory]
    [InlineData("good", 200)]
    [InlineData("expired", 401)]
    [InlineData("not yet", 401)]
    [InlineData("other key", 401)]
    [InlineData("none", 401)]
    [InlineData("HS512", 401)]
    public async Task Profile_ByToken_OnlyAGoodOneOpensIt(string kind, int status)
    {
        var user = await _host.NewUserAsync();
        var answer = await new Caller(_host.Http, Token(kind, user.Id)).GetAsync("/users/profile");
        Assert.Equal(status, answer.Status);
        if (status == 401)
            answer.IsProblem(401, "unauthorized");
    }

    [Fact]
    public async Task Profile_NonsenseOrAnAccountThatIsGone_Unauthorized()
    {
        (await new Caller(_host.Http, "nonsense").GetAsync("/users/profile")).IsProblem(401, "unauthorized");
        (await new Caller(_host.Http, Token("good", Guid.CreateVersion7())).GetAsync("/users/profile")).IsProblem(401, "unauthorized");
    }

    private static string Token(string kind, Guid subject)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var secret = kind == "other key" ? "another secret that is long enough" : ApiHost.Secret;
        var key = new SymmetricSecurityKey(System.Text.Encoding.UTF8.GetBytes(secret));
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = "monit",
            Audience = "monit",
            Claims = new Dictionary<string, object> { ["sub"] = subject.ToString() },
            NotBefore = now.AddHours(kind == "not yet" ? 0.5 : -1),
            Expires = kind == "expired" ? now.AddSeconds(-6) : now.AddHours(1),
            SigningCredentials = kind == "none" ? null
                : new SigningCredentials(key, kind == "HS512" ? SecurityAlgorithms.HmacSha512 : SecurityAlgorithms.HmacSha256),
        });
    }
}

[Collection(nameof(PostgresApi))]
public sealed class PostgresUserTests(PostgresApi api) : UserTests(api);

[Collection(nameof(SqliteApi))]
public sealed class SqliteUserTests(SqliteApi api) : UserTests(api);
