namespace Monit.Api.Users;

public sealed record LoginResponse(Guid UserId, string AccessToken, DateTimeOffset ExpiresAt);
