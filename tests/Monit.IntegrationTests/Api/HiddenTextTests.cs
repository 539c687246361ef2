using Microsoft.EntityFrameworkCore;
using Monit.Api.Auth;

namespace Monit.IntegrationTests.Api;

/// <summary>What cannot be seen is not stored in names and addresses; and nobody is locked out by how their keyboard composes a password.</summary>
public abstract class HiddenTextTests(ApiFixture api)
{
    private const string Composed = "pässwörd é";
    private const string Decomposed = "pa\u0308sswo\u0308rd e\u0301";
    private readonly ApiHost _host = api.Host;

    [Theory]
    [InlineData("zero\u200Bwidth@example.com")]
    [InlineData("line\u2028separator@example.com")]
    [InlineData("\u2029paragraph@example.com")]
    [InlineData("last@example.com\u2028")]
    [InlineData("stop@example.com.")]
    [InlineData("joined\u200Dx@example.com")]
    [InlineData("mark\uFEFF@example.com")]
    [InlineData("space\u00A0x@example.com")]
    [InlineData("bidi\u202Ex@example.com")]
    public async Task Email_WithWhatCannotBeSeen_IsRefused(string email)
    {
        (await _host.Anonymous.SendAsync("POST", "/users/register", new { name = "Tester", email, password = "correct horse" }))
            .IsProblem(400, "validation_failed", "email");
        (await (await _host.NewUserAsync()).SendAsync("POST", "/monitors", new { url = "https://example.com/", interval_sec = 60, alert_email = email }))
            .IsProblem(400, "validation_failed", "alert_email");
    }

    [Theory]
    [InlineData("abc\u202Edef")]
    [InlineData("abc\u2066def")]
    [InlineData("\u200B\u200B\u200B")]
    [InlineData("\u3164\u3164\u3164")]
    [InlineData("   ")]
    [InlineData("abc\u2028")]
    [InlineData("abc\uE000")]
    public async Task Name_WithWhatCannotBeSeen_IsRefused(string name)
    {
        (await _host.Anonymous.SendAsync("POST", "/users/register", new { name, email = "n@example.com", password = "correct horse" }))
            .IsProblem(400, "validation_failed", "name");
        var user = await _host.NewUserAsync();
        (await user.SendAsync("POST", "/monitors", new { url = "https://example.com/", interval_sec = 60, name })).IsProblem(400, "validation_failed", "name");
        (await user.SendAsync("PATCH", $"/monitors/{await user.NewMonitorAsync()}", new { name })).IsProblem(400, "validation_failed", "name");
    }

    [Fact]
    public async Task StoredBefore_StillLogsInAndIsChanged()
    {
        const string old = "o\u200Bld@example.com.";
        var user = await _host.NewUserAsync();
        var id = await user.NewMonitorAsync();
        await _host.DbAsync(db => db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.Email, old)));
        await _host.DbAsync(db => db.Monitors.Where(m => m.Id == id).ExecuteUpdateAsync(set => set
            .SetProperty(m => m.Name, "a\u202Eb").SetProperty(m => m.AlertEmail, old)));
        Assert.Equal(200, (await _host.Anonymous.SendAsync("POST", "/users/login", new { email = old, password = "correct horse" })).Status);
        var changed = await user.SendAsync("PATCH", $"/monitors/{id}", new { enabled = false });
        Assert.Equal((200, "a\u202Eb"), (changed.Status, changed.Text("name")));
        // Anything may be tried.
        foreach (var email in (string[])["\u2028", "x\uFEFF@y.", "\u202E"])
            (await _host.Anonymous.SendAsync("POST", "/users/login", new { email, password = "x" })).IsProblem(401, "unauthorized");
    }

    [Theory]
    [InlineData(Composed, Decomposed)]
    [InlineData(Decomposed, Composed)]
    [InlineData("한국어 비밀번호", "\u1112\u1161\u11AB\u1100\u116E\u11A8\u110B\u1165 \u1107\u1175\u1106\u1175\u11AF\u1107\u1165\u11AB\u1112\u1169")]
    public async Task Password_InEitherForm_LogsIn(string registered, string typed)
    {
        var email = (await _host.NewUserAsync()).Email + ".org";
        Assert.Equal(201, (await _host.Anonymous.SendAsync("POST", "/users/register", new { name = "Tester", email, password = registered })).Status);
        Assert.Equal(200, (await LogInAsync(email, registered)).Status);
        Assert.Equal(200, (await LogInAsync(email, typed)).Status);
        Assert.Equal(401, (await LogInAsync(email, typed + "x")).Status);
    }

    [Theory]
    [InlineData(Composed)]
    [InlineData(Decomposed)]
    public async Task Password_HashedBefore_LogsInInEitherForm(string hashed)
    {
        var user = await _host.NewUserAsync();
        var hash = Passwords.Hash(hashed);
        await _host.DbAsync(db => db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.PasswordHash, hash)));
        Assert.Equal(200, (await LogInAsync(user.Email, Composed)).Status);
        Assert.Equal(200, (await LogInAsync(user.Email, Decomposed)).Status);
    }

    private Task<Answer> LogInAsync(string email, string password) => _host.Anonymous.SendAsync("POST", "/users/login", new { email, password });
}

[Collection(nameof(PostgresApi))]
public sealed class PostgresHiddenTextTests(PostgresApi api) : HiddenTextTests(api);

[Collection(nameof(SqliteApi))]
public sealed class SqliteHiddenTextTests(SqliteApi api) : HiddenTextTests(api);
