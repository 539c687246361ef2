using System.Security.Cryptography;
using NSec.Cryptography;

namespace Monit.Api.Auth;

/// <summary>
/// Password hashing by Argon2id with OWASP's parameters: 19 456 KiB, 2 passes. At most one hash per processor is computed
/// at a time, so that a burst of log-ins queues instead of exhausting the memory.
/// </summary>
public sealed class Passwords : IDisposable
{
    private const int HashBytes = 32;
    private static readonly Argon2Parameters Cost = new() { DegreeOfParallelism = 1, MemorySize = 19_456, NumberOfPasses = 2 };

    private readonly SemaphoreSlim _running = new(Environment.ProcessorCount);
    private readonly string _nobody = Hash(RandomNumberGenerator.GetHexString(32));

    public Task<string> HashAsync(string password, CancellationToken ct = default) => BoundedAsync(() => Hash(password), ct);

    /// <summary>Whether the password matches. With a null hash (no such account) it takes as long and returns false.</summary>
    public Task<bool> VerifyAsync(string password, string? hash, CancellationToken ct = default) =>
        BoundedAsync(() => Matches(password, hash ?? _nobody) && hash is not null, ct);

    public void Dispose() => _running.Dispose();

    private static string Hash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(PhcHash.SaltBytes);
        return new PhcHash(Cost, salt, new Argon2id(Cost).DeriveBytes(password, salt, HashBytes)).ToString();
    }

    private static bool Matches(string password, string text) =>
        PhcHash.TryParse(text, out var stored) && CryptographicOperations.FixedTimeEquals(
            new Argon2id(stored.Cost).DeriveBytes(password, stored.Salt, stored.Hash.Length), stored.Hash);

    private async Task<T> BoundedAsync<T>(Func<T> work, CancellationToken ct)
    {
        await _running.WaitAsync(ct);
        try
        {
            return work();
        }
        finally
        {
            _running.Release();
        }
    }
}
