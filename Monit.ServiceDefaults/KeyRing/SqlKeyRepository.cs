using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Monit.Core;
using Monit.Storage.Resilience;
using Monit.Storage.Sql;

namespace Monit.ServiceDefaults.KeyRing;

/// <summary>
/// The keys in SQL, each encrypted as a whole. An encryptor of ASP.NET's kind would leave the name of our type, with its version,
/// beside each key, and the version before could not read it during an upgrade.
/// </summary>
internal sealed class SqlKeyRepository(
    IDbContextFactory<MonitDb> dbs, StoreResilience resilience, TimeProvider time, IOptions<KeyRingOptions> options) : IXmlRepository
{
    private readonly KeyCipher _cipher = new(options.Value.Key);

    /// <exception cref="StartException">The keys were encrypted with another <c>DataProtection:Key</c>.</exception>
    public IReadOnlyCollection<XElement> GetAllElements() => Run(async (db, ct) =>
        (await db.DataProtectionKeys.AsNoTracking().OrderBy(key => key.Id).ToListAsync(ct)).ConvertAll(Read));

    public void StoreElement(XElement element, string friendlyName)
    {
        var now = time.GetUtcNow();
        var key = new DataProtectionKey
        {
            Id = Guid.CreateVersion7(now), Name = friendlyName, CreatedAt = now,
            Ciphertext = _cipher.Encrypt(element.ToString(SaveOptions.DisableFormatting)),
        };
        Run(async (db, ct) =>
        {
            // Asked first, because a call whose answer was lost is made again.
            if (!await db.DataProtectionKeys.AnyAsync(known => known.Id == key.Id, ct))
                db.DataProtectionKeys.Add(key);
            return await db.SaveChangesAsync(ct);
        });
    }

    private XElement Read(DataProtectionKey key) => _cipher.Decrypt(key.Ciphertext) is { } text ? XElement.Parse(text) : throw new StartException(
        "DataProtection:Key is not the one that the keys in this database were encrypted with. Set the one that this installation was "
        + "started with before; if it is lost, see \"Backup\" in docs/operations.md.");

    // ASP.NET's interface is synchronous.
    private T Run<T>(Func<MonitDb, CancellationToken, Task<T>> query) => Task.Run(() => resilience.RunAsync(async ct =>
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await query(db, ct);
    })).GetAwaiter().GetResult();
}
