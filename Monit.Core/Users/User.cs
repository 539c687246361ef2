namespace Monit.Core.Users;

/// <summary>An account: owns monitors and, where a monitor names no other address, receives their alerts.</summary>
public sealed class User
{
    public required Guid Id { get; init; }
    public required string Name { get; set; }
    /// <summary>Unique, stored in lower case.</summary>
    public required string Email { get; set; }
    /// <summary>Argon2id in PHC string form.</summary>
    public required string PasswordHash { get; set; }
    /// <summary>Number of monitors owned; kept in the transaction that adds or deletes one.</summary>
    public int MonitorsCount { get; set; }
    public bool IsPaidUser { get; set; }
    /// <summary><c>user</c>.</summary>
    public string Role { get; set; } = "user";
    public required DateTimeOffset CreatedAt { get; init; }
}
