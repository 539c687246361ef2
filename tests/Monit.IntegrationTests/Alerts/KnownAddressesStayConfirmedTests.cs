using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Monit.Core.Alerts;
using Monit.Testing;

namespace Monit.IntegrationTests.Alerts;

/// <summary>What an upgrade finds counts as confirmed; what the version before writes beside the new one is confirmed like any other.</summary>
public abstract class KnownAddressesStayConfirmedTests(LocalStores? postgres) : AlertsSuite(postgres)
{
    [Fact]
    public async Task AddressesOfBefore_AreConfirmed_ForTheirAccounts()
    {
        var other = await NewUserAsync("Other@Example.org");
        var down = await SeedDownAsync(m => m.AlertEmail = "Ops@Example.ORG");
        await SeedDownAsync(m => m.AlertEmail = "ops@example.org");
        await SeedDownAsync();
        await SeedDownAsync(m => m.AlertEmail = "Ärzte@example.org", user: other);
        await using (var db = NewDb())
        {
            await db.GetService<IMigrator>().MigrateAsync("DataProtectionKeys", Token);
            await db.Database.MigrateAsync(Token);
            var known = await db.AlertAddresses.AsNoTracking().ToListAsync(Token);
            Assert.Equal(new[] { (Owner, "ops@example.org"), (Owner, "owner@example.org"), (other, "other@example.org"), (other, "Ärzte@example.org") }.Order(),
                known.Select(a => (a.UserId, a.Address)).Order());
            Assert.All(known, a => Assert.True(a.ConfirmedAt > Start && a.AskAt is null));
            Assert.All(known, a => Assert.Equal(AlertAddress.Normalize(a.Address), a.Address));
        }
        // Written by the version before, after the migration: it does not know the table.
        var late = await SeedDownAsync(m => m.AlertEmail = "late@example.org");

        await StartAsync(("Alerts:ConfirmAddresses", "true"), ("PublicUrl", "https://monit.example.org"));

        await UntilAsync(down.Id, AlertStatus.Delivered);
        await Eventually.Get(() => LoadAsync(late.Id), alert => alert.UnconfirmedSince is not null, "the late one waits");
        await Eventually.True(() => Smtp.Received.Any(mail => mail.To.Contains("late@example.org", StringComparison.Ordinal)), "and is asked");
    }
}

public sealed class KnownAddressesStayConfirmedOnPostgres(LocalStores stores) : KnownAddressesStayConfirmedTests(stores);

public sealed class KnownAddressesStayConfirmedOnSqlite() : KnownAddressesStayConfirmedTests(null);
