namespace Monit.Api.Users;

public sealed record RegisterResponse(Guid UserId);
