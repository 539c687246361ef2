using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Monit.Api.Auth;
using Monit.Api.Http;
using Monit.Api.Monitors;
using Monit.Core.Users;
using Monit.Storage.Sql;

namespace Monit.Api.Users;

internal static class UserEndpoints
{
    // Longer than what waits takes.
    private static readonly TimeSpan BusyFor = TimeSpan.FromSeconds(2);

    public static IServiceCollection AddUsers(this IServiceCollection services) => services.AddSingleton<Admission>();

    public static void MapUsers(this IEndpointRouteBuilder api)
    {
        var users = api.MapGroup("/users").WithTags("Users");
        users.MapGet("/profile", ProfileAsync).RequireAuthorization();
        var open = users.MapGroup("").RequireRateLimiting(AuthServices.RateLimit);
        open.MapPost("/register", RegisterAsync).Refuses(StatusCodes.Status409Conflict);
        open.MapPost("/login", LoginAsync).Refuses(StatusCodes.Status401Unauthorized);
    }

    private static async Task<Results<Created<RegisterResponse>, ProblemHttpResult>> RegisterAsync(
        RegisterRequest request, HttpContext http, MonitDb db, Admission admission, Passwords passwords, TimeProvider time, CancellationToken ct)
    {
        if (await admission.RefuseAsync(db, request.SetupToken, ct) is { } refusal)
            return refusal;
        if (await passwords.HashAsync(request.Password!, ct) is not { } hash)
            return Busy(http);
        var now = time.GetNow();
        var user = new User
        {
            Id = Guid.CreateVersion7(now),
            Name = request.Name!,
            Email = Normalize(request.Email!),
            PasswordHash = hash,
            CreatedAt = now,
        };
        db.Users.Add(user);
        try
        {
            if (await admission.SaveAsync(db, ct) is { } late)
                return late;
        }
        catch (DbUpdateException refused) when (refused.IsUniqueViolation())
        {
            return Problems.Conflict("This email is registered already.");
        }
        return TypedResults.Created("/api/v1/users/profile", new RegisterResponse(user.Id));
    }

    private static async Task<Results<Ok<LoginResponse>, ProblemHttpResult>> LoginAsync(
        LoginRequest request, HttpContext http, MonitDb db, Guesses guesses, Passwords passwords, Tokens tokens, CancellationToken ct)
    {
        var (email, network) = (Normalize(request.Email!), ClientNetwork.Of(http.Connection.RemoteIpAddress));
        // Before anything that depends on whether there is such an account.
        if (guesses.Refuse(email, network) is { } wait)
            return Problems.RetryLater(http, StatusCodes.Status429TooManyRequests, wait, "There were too many wrong passwords for this email. Try again later.");
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Email == email, ct);
        if (await passwords.VerifyAsync(request.Password!, user?.PasswordHash, ct) is not { } matches)
            return Busy(http);
        if (!matches)
        {
            guesses.Failed(email, network);
            return Problems.Unauthorized("The email or the password is wrong.");
        }
        guesses.Succeeded(email, network);
        var token = tokens.Issue(user!.Id);
        return TypedResults.Ok(new LoginResponse(user.Id, token.Value, token.ExpiresAt));
    }

    private static async Task<Results<Ok<UserProfile>, ProblemHttpResult>> ProfileAsync(
        ClaimsPrincipal caller, MonitDb db, IOptions<MonitorOptions> options, CancellationToken ct)
    {
        var id = caller.Id();
        return await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id, ct) is { } user
            ? TypedResults.Ok(new UserProfile(user.Id, user.Name, user.Email, user.MonitorsCount,
                options.Value.QuotaOf(user.IsPaidUser), user.IsPaidUser, user.Role))
            : Problems.Unauthorized("The account of this token does not exist.");
    }

    private static ProblemHttpResult Busy(HttpContext http) => Problems.RetryLater(
        http, StatusCodes.Status503ServiceUnavailable, BusyFor, "Too many log-ins are under way. Try again in a moment.");

    /// <summary>The form in which emails are stored and looked for.</summary>
    internal static string Normalize(string email) => email.Trim().ToLowerInvariant();
}
