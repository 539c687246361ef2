using System.Text.RegularExpressions;

namespace Monit.Storage.Schedule;

/// <summary>
/// A Lua script, embedded as a resource. The caller takes its keys from its header (<c>-- KEYS[1] schedule</c>), so that
/// header and call cannot differ. A line <c>-- include name</c> is replaced by the text of another file.
/// </summary>
public sealed partial class RedisScript
{
    public static readonly RedisScript Claim = new("claim");
    public static readonly RedisScript Complete = new("complete");
    public static readonly RedisScript Release = new("release");
    public static readonly RedisScript Extend = new("extend");
    public static readonly RedisScript Reclaim = new("reclaim");
    public static readonly RedisScript Schedule = new("schedule");
    public static readonly RedisScript Remove = new("remove");
    public static readonly RedisScript Compare = new("compare");
    public static readonly RedisScript Restore = new("restore");
    public static readonly RedisScript Trim = new("trim");
    public static readonly RedisScript Settle = new("settle");
    public static readonly RedisScript Pace = new("pace");

    private RedisScript(string name)
    {
        Name = name;
        Text = IncludeLine().Replace(Read(name), line => Read(line.Groups[1].Value));
        Keys = [.. KeyLine().Matches(Text).Select(m => m.Groups[1].Value)];
    }

    public string Name { get; }
    public string Text { get; }
    /// <summary>The names of its keys, without prefix and shard, in order.</summary>
    public IReadOnlyList<string> Keys { get; }

    private static string Read(string name)
    {
        using var stream = typeof(RedisScript).Assembly.GetManifestResourceStream($"{name}.lua")
            ?? throw new InvalidOperationException($"The script {name}.lua is not embedded in Monit.Storage.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"^-- include (\w+)\n", RegexOptions.Multiline)]
    private static partial Regex IncludeLine();

    [GeneratedRegex(@"^-- KEYS\[\d+\] (\w+)", RegexOptions.Multiline)]
    private static partial Regex KeyLine();
}
