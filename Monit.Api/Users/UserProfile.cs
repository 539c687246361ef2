namespace Monit.Api.Users;

public sealed record UserProfile(
    Guid Id, string Name, string Email, int MonitorsCount, int MonitorsLimit, bool IsPaidUser, string Role);
