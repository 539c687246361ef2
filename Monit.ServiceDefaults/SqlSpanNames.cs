using System.Diagnostics;
using System.Text.RegularExpressions;
using OpenTelemetry;

namespace Monit.ServiceDefaults;

/// <summary>Names the spans of SQL commands by what they do to which table, as OpenTelemetry's conventions have it; Npgsql names them all alike.</summary>
internal sealed partial class SqlSpanNames : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        if (data.Source.Name == "Npgsql" && data.GetTagItem("db.query.text") is string sql && NameOf(sql) is { } name)
            data.DisplayName = name;
    }

    /// <returns>Such as <c>SELECT monitors</c>; null for a statement of another kind.</returns>
    internal static string? NameOf(string sql)
    {
        var match = Statement().Match(sql);
        return match.Success ? $"{match.Groups["verb"].Value.ToUpperInvariant()} {match.Groups["table"].Value}" : null;
    }

    [GeneratedRegex("""^\s*(?:(?<verb>SELECT|DELETE)\b.*?\bFROM|(?<verb>INSERT)\s+INTO|(?<verb>UPDATE)|(?<verb>COPY))\s+"?(?<table>[A-Za-z_]+)""",
        RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Statement();
}
