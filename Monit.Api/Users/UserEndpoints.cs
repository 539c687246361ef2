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
    public static void MapUsers(this IEndpointRouteBuilder api)
    {
        var users = api.MapGroup("/users").WithTags("Users");
        users.MapGet("/profile", ProfileAsync).RequireAuthorization();
        var open = users.MapGroup("").RequireRateLimiting(AuthServices.RateLimit);
        open.MapPost("/register", RegisterAsync).Refuses(StatusCodes.Status409Conflict);
        open.MapPost("/login", LoginAsync).Refuses(StatusCodes.Status401Unauthorized);
    }

    private static async Task<Results<Created<RegisterResponse>, ProblemHttpResult>> RegisterAsync(
        RegisterRequest request, MonitDb db, Passwords passwords, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetNow();
        var user = new User
        {
            Id = Guid.CreateVersion7(now),
            Name = request.Name!,
            Email = Normalize(request.Email!),
            PasswordHash = await passwords.HashAsync(request.Password!, ct),
            CreatedAt = now,
        };
        db.Users.Add(user);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException refused) when (refused.IsUniqueViolation())
        {
            return Problems.Conflict("This email is registered already.");
        }
        return TypedResults.Created("/api/v1/users/profile", new RegisterResponse(user.Id));
    }

    private static async Task<Results<Ok<LoginResponse>, ProblemHttpResult>> LoginAsync(
        LoginRequest request, MonitDb db, Passwords passwords, Tokens tokens, CancellationToken ct)
    {
        var email = Normalize(request.Email!);
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Email == email, ct);
        if (!await passwords.VerifyAsync(request.Password!, user?.PasswordHash, ct))
            return Problems.Unauthorized("The email or the password is wrong.");
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

    private static string Normalize(string email) => email.Trim().ToLowerInvariant();
}
