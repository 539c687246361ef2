namespace Monit.Storage.Sql;

/// <summary>A key that protects cookies and stored secrets, itself encrypted: see ADR 21.</summary>
public sealed class DataProtectionKey
{
    public required Guid Id { get; init; }
    /// <summary>For people: <c>key-…</c> or <c>revocation-…</c>.</summary>
    public required string Name { get; init; }
    public required string Ciphertext { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}
