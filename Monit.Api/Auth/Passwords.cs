using System.Security.Cryptography;
using System.Text;
using ADRaffy.ENSNormalize;
using NSec.Cryptography;

namespace Monit.Api.Auth;

/// <summary>
/// Password hashing by Argon2id with OWASP's parameters: 19 456 KiB, 2 passes. At most one hash per processor is computed
/// at a time, and few may wait: see <see cref="HashingThreads"/>. A new password is hashed in Unicode's composed form (NFC).
/// </summary>
public sealed class Passwords : IDisposable
{
    /// <summary>Hashes that may wait for a processor; all are done in about a second.</summary>
    private const int WaitingPerProcessor = 16;
    private const int HashBytes = 32;
    private static readonly Argon2Parameters Cost = new() { DegreeOfParallelism = 1, MemorySize = 19_456, NumberOfPasses = 2 };

    private readonly HashingThreads _threads;
    private readonly string _nobody = Hash(RandomNumberGenerator.GetHexString(32));

    public Passwords() : this(new HashingThreads(Environment.ProcessorCount, Environment.ProcessorCount * WaitingPerProcessor))
    {
    }

    internal Passwords(HashingThreads threads) => _threads = threads;

    /// <returns>Null: too many wait already.</returns>
    public async Task<string?> HashAsync(string password, CancellationToken ct = default) =>
        _threads.TryRun(1, () => Hash(Composed(password)), ct) is { } hashing ? await hashing : null;

    /// <summary>
    /// Whether the password matches, in the form in which it came or in another that looks the same. With a null hash (no
    /// such account) it takes as long and returns false.
    /// </summary>
    /// <returns>Null: too many wait already.</returns>
    public async Task<bool?> VerifyAsync(string password, string? hash, CancellationToken ct = default) =>
        _threads.TryRun(Ascii.IsValid(password) ? 1 : 3, () => Forms(password).Any(form => Matches(form, hash ?? _nobody)) && hash is not null, ct)
            is { } verifying ? await verifying : null;

    public void Dispose() => _threads.Dispose();

    /// <summary>The hash of a new password, computed on the caller's thread: for a command, which has no queue.</summary>
    internal static string HashNow(string password) => Hash(Composed(password));

    // As it came; composed, as new passwords are hashed; decomposed, as some systems send it and older versions hashed it.
    private static IEnumerable<string> Forms(string password) =>
        Ascii.IsValid(password) ? [password] : new[] { password, Composed(password), ENSNormalize.NF.NFD(password) }.Distinct(StringComparer.Ordinal);

    // Not string.Normalize: it does nothing where .NET runs without ICU (InvariantGlobalization), and refuses some texts.
    private static string Composed(string password) => Ascii.IsValid(password) ? password : ENSNormalize.NF.NFC(password);

    /// <summary>Hashes the text as it is.</summary>
    internal static string Hash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(PhcHash.SaltBytes);
        return new PhcHash(Cost, salt, new Argon2id(Cost).DeriveBytes(password, salt, HashBytes)).ToString();
    }

    private static bool Matches(string password, string text) =>
        PhcHash.TryParse(text, out var stored) && CryptographicOperations.FixedTimeEquals(
            new Argon2id(stored.Cost).DeriveBytes(password, stored.Salt, stored.Hash.Length), stored.Hash);
}
