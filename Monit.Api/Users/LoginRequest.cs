using System.Text.Json.Serialization;
using Monit.Api.Http;

namespace Monit.Api.Users;

/// <summary>Only presence is checked, and a length that bounds the work: what does not fit the rules is a wrong log-in.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LoginRequest(string? Email, string? Password) : IValidatable
{
    public void Validate(FieldErrors errors)
    {
        errors.Text("email", Email, 1, 320);
        errors.Unless(Password is { Length: >= 1 and <= 1024 }, "password", "must have 1 to 1024 characters");
    }
}
