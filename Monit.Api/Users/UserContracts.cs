using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Monit.Api.Http;

namespace Monit.Api.Users;

/// <param name="SetupToken">What the start printed; only the first account may need it.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RegisterRequest(
    [property: StringLength(60, MinimumLength = 3)] string? Name, [property: MaxLength(320)] string? Email,
    [property: StringLength(128, MinimumLength = 8)] string? Password,
    [property: MaxLength(100)] string? SetupToken = null) : IValidatable
{
    public void Validate(FieldErrors errors)
    {
        errors.Text("name", Name, 3, 60);
        // Spaces of a clumsy paste only: whatever else is invisible is refused.
        errors.Email("email", Email?.Trim(' '));
        // All characters are allowed, since only the hash of a password is stored.
        errors.Unless(Password is { Length: >= 8 and <= 128 }, "password", "must have 8 to 128 characters");
        errors.Unless(SetupToken is null or { Length: <= 100 }, "setup_token", "must have at most 100 characters");
    }
}

public sealed record RegisterResponse(Guid UserId);

/// <summary>Validated only for presence, a maximum length and control characters: credentials that break the rules of registration are simply wrong.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LoginRequest(
    [property: StringLength(320, MinimumLength = 1)] string? Email, [property: StringLength(1024, MinimumLength = 1)] string? Password) : IValidatable
{
    public void Validate(FieldErrors errors)
    {
        errors.Sought("email", Email, 1, 320);
        errors.Unless(Password is { Length: >= 1 and <= 1024 }, "password", "must have 1 to 1024 characters");
    }
}

public sealed record LoginResponse(Guid UserId, string AccessToken, DateTimeOffset ExpiresAt);

public sealed record UserProfile(
    Guid Id, string Name, string Email, int MonitorsCount, int? MonitorsLimit, bool IsPaidUser, string Role);
