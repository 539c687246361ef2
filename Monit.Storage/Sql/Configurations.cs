using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Monit.Core.Alerts;
using Monit.Core.Checks.Assertions;
using Monit.Core.Checks.Settings;
using Monit.Core.Incidents;
using Monit.Core.Monitors;
using Monit.Core.Users;

namespace Monit.Storage.Sql;

internal sealed class UserConfiguration : IEntityTypeConfiguration<User>
{
    public void Configure(EntityTypeBuilder<User> user)
    {
        user.ToTable("users");
        user.Property(u => u.Name).HasMaxLength(60);
        user.Property(u => u.Email).HasMaxLength(320);
        user.HasIndex(u => u.Email).IsUnique();
        user.Property(u => u.PasswordHash).HasMaxLength(256);
        user.Property(u => u.Role).HasMaxLength(16);
    }
}

internal sealed class UptimeMonitorConfiguration : IEntityTypeConfiguration<UptimeMonitor>
{
    public void Configure(EntityTypeBuilder<UptimeMonitor> monitor)
    {
        monitor.ToTable("monitors", table =>
        {
            table.HasCheckConstraint("ck_monitors_interval_sec", "interval_sec BETWEEN 1 AND 86400");
            table.HasCheckConstraint("ck_monitors_timeout_sec", "timeout_sec BETWEEN 1 AND 60");
            table.HasCheckConstraint("ck_monitors_expected_status", "expected_status BETWEEN 100 AND 599");
        });
        monitor.Property(m => m.Name).HasMaxLength(200);
        monitor.Property(m => m.Url).HasMaxLength(2048);
        monitor.Property(m => m.AlertEmail).HasMaxLength(320);
        monitor.Property(m => m.AnyStatus).HasDefaultValue(false).ValueGeneratedNever();
        // Text and not the databases' JSON types: it is read and written as a whole, and its order is its owner's.
        monitor.Property(m => m.Settings).HasConversion(settings => SettingsJson.Encode(settings), json => Decoded(json)).HasDefaultValueSql("''").ValueGeneratedNever();
        // Its default, in the databases' own way, is in the two contexts.
        monitor.PrimitiveCollection(m => m.Tags);
        monitor.HasOne<User>().WithMany().HasForeignKey(m => m.UserId).OnDelete(DeleteBehavior.Cascade);
        monitor.HasIndex(m => new { m.UserId, m.Id });
        monitor.HasIndex(m => m.Id).HasFilter("synced_version < version").HasDatabaseName("ix_monitors_unsynced");
    }

    private static CheckSettings Decoded(string json) => SettingsJson.TryDecode(json, out var settings)
        ? settings : throw new InvalidDataException("The column settings of a monitor is not what Monit writes there.");
}

internal sealed class MonitorIncidentConfiguration : IEntityTypeConfiguration<MonitorIncident>
{
    /// <summary>Longer than any that Monit makes.</summary>
    public const int MaxDetail = 8000;

    public void Configure(EntityTypeBuilder<MonitorIncident> incident)
    {
        incident.ToTable("monitor_incidents", table =>
            table.HasCheckConstraint("ck_monitor_incidents_http_status", "http_status BETWEEN 100 AND 999"));
        incident.Property(i => i.Reason).HasMaxLength(32);
        incident.Property(i => i.Severity).HasConversion<LowerCase<Severity>>().HasMaxLength(16).HasDefaultValue(Severity.Down).ValueGeneratedNever();
        incident.Property(i => i.Detail).HasMaxLength(MaxDetail);
        incident.HasOne<UptimeMonitor>().WithMany().HasForeignKey(i => i.MonitorId).OnDelete(DeleteBehavior.Cascade);
        incident.HasIndex(i => i.MonitorId).IsUnique().HasFilter("end_time IS NULL")
            .HasDatabaseName("ux_monitor_incidents_open");
        incident.HasIndex(i => new { i.MonitorId, i.StartTime });
    }
}

internal sealed class IncidentEvidenceConfiguration : IEntityTypeConfiguration<IncidentEvidence>
{
    public void Configure(EntityTypeBuilder<IncidentEvidence> evidence)
    {
        evidence.ToTable("incident_evidence");
        evidence.HasKey(e => new { e.IncidentId, e.Kind });
        evidence.Property(e => e.Kind).HasConversion<LowerCase<EvidenceKind>>().HasMaxLength(16);
        evidence.HasOne<MonitorIncident>().WithMany().HasForeignKey(e => e.IncidentId).OnDelete(DeleteBehavior.Cascade);
        // For its retention.
        evidence.HasIndex(e => e.At);
    }
}

internal sealed class AlertConfiguration : IEntityTypeConfiguration<Alert>
{
    public void Configure(EntityTypeBuilder<Alert> alert)
    {
        alert.ToTable("alerts");
        alert.Property(a => a.Kind).HasConversion<LowerCase<AlertKind>>().HasMaxLength(16);
        alert.Property(a => a.Status).HasConversion<LowerCase<AlertStatus>>().HasMaxLength(16);
        alert.Property(a => a.LastError).HasMaxLength(500);
        alert.HasOne<MonitorIncident>().WithMany().HasForeignKey(a => a.IncidentId).OnDelete(DeleteBehavior.Cascade);
        alert.Property(a => a.Subject).HasMaxLength(128);
        alert.Property(a => a.Destination).HasMaxLength(64).HasDefaultValue("");
        alert.Property(a => a.Step).HasDefaultValue(0);
        alert.HasIndex(a => new { a.Subject, a.Kind, a.Destination, a.Step }).IsUnique();
        // For the version before, which writes neither subject, destination nor step. Until it is dropped, an incident has one
        // alert of a kind.
        alert.HasIndex(a => new { a.IncidentId, a.Kind }).IsUnique();
        alert.HasIndex(a => a.NextAttemptAt).HasFilter("status IN ('pending', 'sending')")
            .HasDatabaseName("ix_alerts_unsent");
        alert.HasIndex(a => a.GivenUpAt).HasFilter("given_up_at IS NOT NULL").HasDatabaseName("ix_alerts_given_up");
    }
}

internal sealed class AlertAttemptConfiguration : IEntityTypeConfiguration<AlertAttempt>
{
    public void Configure(EntityTypeBuilder<AlertAttempt> attempt)
    {
        attempt.ToTable("alert_attempts");
        attempt.Property(a => a.Channel).HasMaxLength(16);
        attempt.Property(a => a.Error).HasMaxLength(500);
        attempt.Property(a => a.Answer).HasMaxLength(500);
        attempt.HasOne<Alert>().WithMany().HasForeignKey(a => a.AlertId).OnDelete(DeleteBehavior.Cascade);
        attempt.HasIndex(a => new { a.AlertId, a.Number });
    }
}

internal sealed class AlertAddressConfiguration : IEntityTypeConfiguration<AlertAddress>
{
    public void Configure(EntityTypeBuilder<AlertAddress> address)
    {
        address.ToTable("alert_addresses");
        address.HasKey(a => new { a.UserId, a.Address });
        address.Property(a => a.Address).HasMaxLength(320);
        address.Property(a => a.TokenHash).HasMaxLength(64);
        address.HasOne<User>().WithMany().HasForeignKey(a => a.UserId).OnDelete(DeleteBehavior.Cascade);
        address.HasIndex(a => a.Address);
        address.HasIndex(a => a.TokenHash).IsUnique();
        address.HasIndex(a => a.AskAt).HasFilter("ask_at IS NOT NULL").HasDatabaseName("ix_alert_addresses_ask");
    }
}

internal sealed class MailCountConfiguration : IEntityTypeConfiguration<MailCount>
{
    public void Configure(EntityTypeBuilder<MailCount> count)
    {
        count.ToTable("mail_counts");
        count.HasKey(c => new { c.Day, c.Key });
        count.Property(c => c.Key).HasMaxLength(340);
    }
}

internal sealed class DataProtectionKeyConfiguration : IEntityTypeConfiguration<DataProtectionKey>
{
    public void Configure(EntityTypeBuilder<DataProtectionKey> key)
    {
        key.ToTable("data_protection_keys");
        key.Property(k => k.Name).HasMaxLength(256);
    }
}

internal sealed class SettingConfiguration : IEntityTypeConfiguration<Setting>
{
    public void Configure(EntityTypeBuilder<Setting> setting)
    {
        setting.ToTable("settings");
        setting.HasKey(s => s.Key);
        setting.Property(s => s.Key).HasMaxLength(64);
        setting.Property(s => s.Value).HasMaxLength(256);
    }
}
