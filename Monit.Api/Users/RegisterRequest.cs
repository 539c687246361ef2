using System.Text.Json.Serialization;
using Monit.Api.Http;

namespace Monit.Api.Users;

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RegisterRequest(string? Name, string? Email, string? Password) : IValidatable
{
    public void Validate(FieldErrors errors)
    {
        errors.Text("name", Name, 3, 60);
        errors.Email("email", Email?.Trim());
        // Any character will do here: a password is never stored.
        errors.Unless(Password is { Length: >= 8 and <= 128 }, "password", "must have 8 to 128 characters");
    }
}
