namespace Monit.Core.Users;

/// <summary>An account. It owns monitors, and receives their alerts unless a monitor has its own alert address.</summary>
public sealed class User
{
    public required Guid Id { get; init; }
    public required string Name { get; set; }
    /// <summary>Unique, stored in lower case.</summary>
    public required string Email { get; set; }
    /// <summary>Argon2id in PHC string form.</summary>
    public required string PasswordHash { get; set; }
    /// <summary>The number of monitors owned; updated in the transaction that adds or deletes one.</summary>
    public int MonitorsCount { get; set; }
    public bool IsPaidUser { get; set; }
    /// <summary><c>user</c>.</summary>
    public string Role { get; set; } = "user";
    public required DateTimeOffset CreatedAt { get; init; }
}
