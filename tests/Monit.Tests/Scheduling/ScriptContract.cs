using System.Globalization;
using System.Text.RegularExpressions;
using Monit.Core.Monitors;

namespace Monit.Tests.Scheduling;

/// <summary>Finds differences between a script's header and its code.</summary>
internal static partial class ScriptContract
{
    public static readonly string[] KeyNames = ["schedule", "inflight", "config", "status", "incident", "meta", "changes", "extra", "results", "states", "pace"];

    private static readonly string[] Counts = ["", "", "two", "three", "four", "five", "six", "seven", "eight"];
    private static readonly HashSet<string> Keyless = ["'TIME'"];

    public static List<string> Violations(string file, string text)
    {
        var found = new List<string>();
        void Check(bool holds, string what)
        {
            if (!holds)
                found.Add(what);
        }

        Check(!text.StartsWith("#!", StringComparison.Ordinal), "a shebang does not compile on Garnet");
        var lines = text.Split('\n');
        var header = string.Join('\n', lines.TakeWhile(line => line.StartsWith("--", StringComparison.Ordinal)));
        var code = Comment().Replace(text[header.Length..], "");

        Check(Name().Match(header).Groups[1].Value + ".lua" == file, "the header's name is not the file's");
        Check(header.Contains("\n-- Reply: ", StringComparison.Ordinal), "the reply is not documented");

        var declared = KeyLine().Matches(header).Select(m => (Number: Int(m.Groups[1]), Name: m.Groups[2].Value)).ToArray();
        Check(declared.Select(k => k.Number).SequenceEqual(Enumerable.Range(1, declared.Length)), "KEYS are not declared 1, 2, …");
        Check(declared.All(k => KeyNames.Contains(k.Name)), "unknown key");
        Check(declared.DistinctBy(k => k.Name).Count() == declared.Length, "a key is declared twice");
        var used = UsedKey().Matches(code).Select(m => Int(m.Groups[1])).ToHashSet();
        Check(used.SetEquals(declared.Select(k => k.Number)), "KEYS used and declared differ");
        Check(!Regex.IsMatch(code, @"KEYS\[(?!\d+\])"), "KEYS are only indexed by a number");

        foreach (Match call in Call().Matches(code))
            Check(Keyless.Contains(call.Groups[2].Value) || Regex.IsMatch(call.Groups[3].Value, @"^\s*,\s*KEYS\[\d+\]"),
                $"not a key of KEYS: {call.Value}");
        Check(Call().Count(code) == Regex.Count(code, @"redis\.\w+") && !code.Contains("pcall", StringComparison.Ordinal),
            "redis is only used for redis.call('COMMAND', …)");

        Arguments(header, code, Check);
        Globals(code, Check);
        return found;
    }

    private static void Arguments(string header, string code, Action<bool, string> check)
    {
        var fixedOnes = FixedArgument().Matches(header).Select(m => Int(m.Groups[1])).ToArray();
        check(fixedOnes.SequenceEqual(Enumerable.Range(1, fixedOnes.Length)), "ARGV are not declared 1, 2, …");
        var usedFixed = UsedArgument().Matches(code).Select(m => Int(m.Groups[1])).ToHashSet();
        check(usedFixed.SetEquals(fixedOnes), "fixed ARGV used and declared differ");

        // Runs have variable lengths, so only their start can be checked.
        if (RunArgument().Match(header) is { Success: true } runs)
        {
            check(Int(runs.Groups[1]) == fixedOnes.Length + 1, "ARGV[n..] does not follow the fixed ones");
            check(RunLoop().Match(code) is { Success: true } over && Int(over.Groups[1]) == fixedOnes.Length + 1, "the loop does not begin at ARGV[n..]");
            return;
        }

        // Variadic: the base is `i` at a group's first argument, or at the one before it where i = (n - 1) * width.
        var variadic = VariadicArgument().Match(header);
        var loop = ArgumentLoop().Match(code);
        check(variadic.Success == loop.Success, "ARGV[n..] and a loop over ARGV go together");
        check(ArgumentLoop().Count(code) <= 1 && VariadicArgument().Count(header) <= 1, "one loop over ARGV");
        var computed = UsedComputedArgument().Matches(code);
        check(variadic.Success || computed.Count == 0, "ARGV by a variable without ARGV[n..]");
        check(Regex.Count(code, @"(?<!#)ARGV\b") == usedFixedCount(code) + computed.Count, "ARGV is indexed by a number, i, i + n or n * 2 + 1");
        if (!variadic.Success || !loop.Success)
            return;

        var width = Array.IndexOf(Counts, variadic.Groups[2].Value);
        var fields = Fields(variadic.Groups[3].Value, header[(variadic.Index + variadic.Length)..]);
        check(Int(variadic.Groups[1]) == fixedOnes.Length + 1, "ARGV[n..] does not follow the fixed ones");
        check(Int(loop.Groups[1]) == fixedOnes.Length + 1, "the loop does not begin at ARGV[n..]");
        check(Int(loop.Groups[2]) == width, "the loop's step is not the declared width");
        check(fields == width, $"{fields} fields are described, {width} declared");

        var shifted = Regex.IsMatch(code, @"local i = \(n - 1\) \* " + width);
        var offsets = computed.Where(m => m.Index > loop.Index + loop.Length)
            .Select(m => m.Groups["twice"].Success ? 1 : m.Groups["plus"].Success ? Int(m.Groups["plus"]) - (shifted ? 1 : 0) : 0)
            .Where(offset => offset >= 0).ToHashSet();
        check(offsets.SetEquals(Enumerable.Range(0, width)), "the fields used are not the declared ones");

        static int usedFixedCount(string code) => UsedArgument().Count(code);
    }

    // Fields are separated by commas outside parentheses; a description may continue in the next lines.
    private static int Fields(string first, string rest)
    {
        var lines = rest.Split('\n').Skip(1).TakeWhile(line => line.StartsWith("--   ", StringComparison.Ordinal)).Select(line => line[2..]);
        return Parenthesis().Replace(string.Concat([first, .. lines]), "").Split(',').Length;
    }

    private static void Globals(string code, Action<bool, string> check)
    {
        check(!Regex.IsMatch(code, @"(?<!local )\bfunction \w"), "a global function");
        var locals = Local().Matches(code).SelectMany(m => m.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries))
            .Concat(Loop().Matches(code).SelectMany(m => m.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries))).ToHashSet();
        foreach (Match assignment in Assignment().Matches(code))
            foreach (var name in assignment.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries))
                check(locals.Contains(name), $"{name} is global");
    }

    private static int Int(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"--[^\n]*")]
    private static partial Regex Comment();
    [GeneratedRegex(@"\A-- (\w+): ")]
    private static partial Regex Name();
    [GeneratedRegex(@"^-- KEYS\[(\d+)\] (\w+)$", RegexOptions.Multiline)]
    private static partial Regex KeyLine();
    [GeneratedRegex(@"\bKEYS\[(\d+)\]")]
    private static partial Regex UsedKey();
    [GeneratedRegex(@"redis\.call\((('\w+')(?=([^\n]*)))")]
    private static partial Regex Call();
    [GeneratedRegex(@"^-- ARGV\[(\d+)\] ", RegexOptions.Multiline)]
    private static partial Regex FixedArgument();
    [GeneratedRegex(@"^-- ARGV\[(\d+)\.\.\] (\w+) a \w+: ([^\n]*)", RegexOptions.Multiline)]
    private static partial Regex VariadicArgument();
    [GeneratedRegex(@"^-- ARGV\[(\d+)\.\.\] runs of ", RegexOptions.Multiline)]
    private static partial Regex RunArgument();
    [GeneratedRegex(@"\blocal i = (\d+)\nwhile i <= #ARGV do")]
    private static partial Regex RunLoop();
    [GeneratedRegex(@"\bARGV\[(\d+)\]")]
    private static partial Regex UsedArgument();
    [GeneratedRegex(@"\bARGV\[(?:i(?: \+ (?<plus>\d+))?|(?<twice>n \* 2 \+ 1))\]")]
    private static partial Regex UsedComputedArgument();
    [GeneratedRegex(@"for i = (\d+), #ARGV, (\d+) do")]
    private static partial Regex ArgumentLoop();
    [GeneratedRegex(@"\([^)]*\)")]
    private static partial Regex Parenthesis();
    [GeneratedRegex(@"\blocal (?!function)([\w, ]+?)(?: =|\n)")]
    private static partial Regex Local();
    [GeneratedRegex(@"\bfor ([\w, ]+?) (?:=|in) ")]
    private static partial Regex Loop();
    [GeneratedRegex(@"^\s*(?!local |for )([A-Za-z_][\w, ]*?) = ", RegexOptions.Multiline)]
    private static partial Regex Assignment();
}
