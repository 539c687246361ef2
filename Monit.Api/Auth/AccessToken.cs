namespace Monit.Api.Auth;

/// <summary>A bearer token and its expiry.</summary>
public sealed record AccessToken(string Value, DateTimeOffset ExpiresAt);
