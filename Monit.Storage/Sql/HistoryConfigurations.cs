using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Monit.Core.History;
using Monit.Core.Monitors;
using Monit.Core.Users;

namespace Monit.Storage.Sql;

/// <summary>
/// The tables of the history. Those that are partitioned on PostgreSQL, and have no row ids on SQLite, are written by hand in the migrations.
/// Their keys begin with the time: results come in that order, so that new rows share pages, and old ones are dropped together. They
/// have no foreign key: what remains of a deleted monitor cannot be reached, and goes with its partition.
/// </summary>
internal sealed class ResultWindowConfiguration : IEntityTypeConfiguration<ResultWindow>
{
    public void Configure(EntityTypeBuilder<ResultWindow> window)
    {
        window.ToTable("result_windows");
        window.HasKey(w => w.MonitorId);
        window.HasOne<UptimeMonitor>().WithOne().HasForeignKey<ResultWindow>(w => w.MonitorId).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class ResultChunkConfiguration : IEntityTypeConfiguration<ResultChunk>
{
    public void Configure(EntityTypeBuilder<ResultChunk> chunk)
    {
        chunk.ToTable("result_chunks", table => table.ExcludeFromMigrations());
        chunk.HasKey(c => new { c.Start, c.MonitorId });
    }
}

internal sealed class ResultDayConfiguration : IEntityTypeConfiguration<ResultDay>
{
    public void Configure(EntityTypeBuilder<ResultDay> day)
    {
        day.ToTable("result_days", table => table.ExcludeFromMigrations());
        day.HasKey(d => new { d.Day, d.MonitorId });
    }
}

internal sealed class ResultDaySummaryConfiguration : IEntityTypeConfiguration<ResultDaySummary>
{
    public void Configure(EntityTypeBuilder<ResultDaySummary> day)
    {
        day.ToTable("result_day_summaries", table => table.ExcludeFromMigrations());
        day.HasKey(d => new { d.Day, d.MonitorId });
    }
}

internal sealed class ResultMonthConfiguration : IEntityTypeConfiguration<ResultMonth>
{
    public void Configure(EntityTypeBuilder<ResultMonth> month)
    {
        month.ToTable("result_months");
        month.HasKey(m => new { m.MonitorId, m.Month });
        month.HasOne<UptimeMonitor>().WithMany().HasForeignKey(m => m.MonitorId).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class MonitorSpanConfiguration : IEntityTypeConfiguration<MonitorSpan>
{
    public void Configure(EntityTypeBuilder<MonitorSpan> span)
    {
        span.ToTable("monitor_spans");
        span.HasKey(s => new { s.MonitorId, s.Kind, s.FromTime });
        span.Property(s => s.Kind).HasConversion<LowerCase<SpanKind>>().HasMaxLength(16);
        span.HasOne<UptimeMonitor>().WithMany().HasForeignKey(s => s.MonitorId).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class RollUpConfiguration : IEntityTypeConfiguration<RollUp>
{
    public void Configure(EntityTypeBuilder<RollUp> rollUp)
    {
        rollUp.ToTable("roll_ups");
        rollUp.HasKey(r => new { r.Day, r.Slice });
    }
}

internal sealed class KnownStateConfiguration : IEntityTypeConfiguration<KnownState>
{
    public void Configure(EntityTypeBuilder<KnownState> state)
    {
        state.ToTable("known_states");
        state.HasKey(s => s.MonitorId);
        state.HasOne<UptimeMonitor>().WithOne().HasForeignKey<KnownState>(s => s.MonitorId).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class StateCountConfiguration : IEntityTypeConfiguration<StateCount>
{
    public void Configure(EntityTypeBuilder<StateCount> count)
    {
        count.ToTable("state_counts");
        count.HasKey(c => new { c.UserId, c.State });
        count.HasOne<User>().WithMany().HasForeignKey(c => c.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
