namespace Monit.Api.Auth;

/// <summary>A bearer token and the end of its validity.</summary>
public sealed record AccessToken(string Value, DateTimeOffset ExpiresAt);
