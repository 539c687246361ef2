using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;

namespace Monit.Core.Data;

/// <summary>How Monit talks to each database; the same for services, tests and migrations.</summary>
public static partial class DbOptions
{
    public static DbContextOptionsBuilder<T> UseMonitPostgres<T>(this DbContextOptionsBuilder<T> options, string connectionString)
        where T : DbContext
    {
        ((DbContextOptionsBuilder)options).UseMonitPostgres(connectionString);
        return options;
    }

    public static DbContextOptionsBuilder UseMonitPostgres(this DbContextOptionsBuilder options, string connectionString) =>
        options.UseNpgsql(connectionString, npgsql => npgsql.ConfigureDataSource(source => source.ConfigureTracing(tracing =>
            tracing.ConfigureCommandSpanNameProvider(command => SpanName(command.CommandText))))).UseSnakeCaseNamingConvention();

    public static DbContextOptionsBuilder<T> UseMonitSqlite<T>(this DbContextOptionsBuilder<T> options, string connectionString)
        where T : DbContext
    {
        ((DbContextOptionsBuilder)options).UseMonitSqlite(connectionString);
        return options;
    }

    public static DbContextOptionsBuilder UseMonitSqlite(this DbContextOptionsBuilder options, string connectionString) =>
        options.UseSqlite(connectionString).UseSnakeCaseNamingConvention();

    /// <summary>What a command does to which table, as OpenTelemetry's conventions have it: <c>SELECT monitors</c>; null where it is neither.</summary>
    internal static string? SpanName(string sql)
    {
        var match = Statement().Match(sql);
        return match.Success ? $"{match.Groups["verb"].Value.ToUpperInvariant()} {match.Groups["table"].Value}" : null;
    }

    [GeneratedRegex("""^\s*(?:(?<verb>SELECT|DELETE)\b.*?\bFROM|(?<verb>INSERT)\s+INTO|(?<verb>UPDATE)|(?<verb>COPY))\s+"?(?<table>[A-Za-z_]+)""",
        RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Statement();
}
