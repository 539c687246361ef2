using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Monit.Core.Alerts;
using Monit.ServiceDefaults;
using Monit.Storage.Sql;
using Monit.Testing;

namespace Monit.IntegrationTests.Alerts;

/// <summary>Alerts of the version that knew neither subject, destination nor step: from before an upgrade, and written beside the new one.</summary>
public abstract class AlertUpgradeTests : AlertsFixture
{
    /// <summary>Inserts as that version did: its statement, letter for letter.</summary>
    private protected abstract Task InsertAsOldAsync(MonitDb db, Guid id, Guid incident, Guid monitor, string kind, DateTimeOffset at);

    [Fact]
    public async Task OldRows_AreDeliveredAfterTheUpgrade_InOrder()
    {
        var down = await SeedDownAsync();
        var recovery = NewId();
        await using (var db = NewDb())
        {
            await db.GetService<IMigrator>().MigrateAsync("Initial", Token);
            await db.Incidents.Where(i => i.Id == down.IncidentId).ExecuteUpdateAsync(set => set.SetProperty(i => i.EndTime, Start.AddMinutes(5)), Token);
            await InsertAsOldAsync(db, recovery, down.IncidentId, down.MonitorId, "recovery", Start);
            await db.Database.MigrateAsync(Token);
        }
        Assert.Null((await LoadAsync(down.Id)).Subject);

        await StartAsync();

        await UntilAsync(recovery, AlertStatus.Delivered);
        Assert.Equal([$"<{down.Id}@monit>", $"<{recovery}@monit>"], Smtp.Received.Select(mail => mail.MessageId));
    }

    [Fact]
    public async Task OldInserts_BesideNewRows_AreUnique_AndDelivered()
    {
        var down = await SeedDownAsync();
        var recovery = NewId();
        await using (var db = NewDb())
        {
            Task InsertAsync(Guid id, string kind) => InsertAsOldAsync(db, id, down.IncidentId, down.MonitorId, kind, Start);
            // The new version has written this one already.
            await Assert.ThrowsAnyAsync<DbException>(() => InsertAsync(NewId(), "down"));
            await db.Incidents.Where(i => i.Id == down.IncidentId).ExecuteUpdateAsync(set => set.SetProperty(i => i.EndTime, Start.AddMinutes(5)), Token);
            await InsertAsync(recovery, "recovery");
            await Assert.ThrowsAnyAsync<DbException>(() => InsertAsync(NewId(), "recovery"));
        }
        await Assert.ThrowsAsync<DbUpdateException>(() => SeedRecoveryAsync(down));
        var old = await LoadAsync(recovery);
        Assert.Equal((null, "", 0), (old.Subject, old.Destination, old.Step));

        await StartAsync();

        await UntilAsync(recovery, AlertStatus.Delivered);
        Assert.Equal([$"<{down.Id}@monit>", $"<{recovery}@monit>"], Smtp.Received.Select(mail => mail.MessageId));
    }
}

public sealed class AlertUpgradeOnPostgres(LocalStores stores) : AlertUpgradeTests
{
    private string _connection = "";

    private protected override Task InsertAsOldAsync(MonitDb db, Guid id, Guid incident, Guid monitor, string kind, DateTimeOffset at) =>
        db.Database.ExecuteSqlRawAsync("""
            INSERT INTO alerts (id, incident_id, monitor_id, kind, status, attempts, next_attempt_at, created_at)
            SELECT id, incident_id, monitor_id, kind, 'pending', 0, next_attempt_at, created_at
            FROM unnest({0}, {1}, {2}, {3}, {4}, {5}) AS n (id, incident_id, monitor_id, kind, next_attempt_at, created_at)
            """, [(Guid[])[id], (Guid[])[incident], (Guid[])[monitor], (string[])[kind], (DateTimeOffset[])[at], (DateTimeOffset[])[at]], Token);

    private protected override async Task CreateDatabaseAsync() => _connection = await stores.NewDatabaseAsync();
    private protected override void DropDatabase()
    {
    }
    private protected override void AddDatabase(IServiceCollection services) =>
        services.AddMonitDb<PostgresMonitDb>(options => options.UseMonitPostgres(_connection));
    private protected override MonitDb NewDb() =>
        new PostgresMonitDb(new DbContextOptionsBuilder<PostgresMonitDb>().UseMonitPostgres(_connection).Options);
}

public sealed class AlertUpgradeOnSqlite : AlertUpgradeTests
{
    private readonly SqliteFile _file = new();

    private protected override Task InsertAsOldAsync(MonitDb db, Guid id, Guid incident, Guid monitor, string kind, DateTimeOffset at) =>
        db.Database.ExecuteSqlRawAsync("""
            INSERT INTO "alerts" ("id", "attempts", "claimed_until", "created_at", "delivered_at", "incident_id", "kind", "last_error", "monitor_id", "next_attempt_at", "status")
            VALUES ({0}, 0, NULL, {4}, NULL, {1}, {3}, NULL, {2}, {4}, 'pending')
            """, [id, incident, monitor, kind, (at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond], Token);

    private protected override Task CreateDatabaseAsync() => _file.MigrateAsync();
    private protected override void DropDatabase() => _file.Dispose();
    private protected override void AddDatabase(IServiceCollection services) => _file.Add(services);
    private protected override MonitDb NewDb() => _file.NewDb();
}
