using System.Globalization;
using CsCheck;

namespace Monit.Tests.Fuzzing;

/// <summary>Generators of JSON, JSONPath and texts, valid for the most part, and unusual.</summary>
internal static class Inputs
{
    // Few names and values, so that queries find something.
    private static readonly Gen<string> Names = Gen.OneOf("a", "b", "ok", "items", "é", "a b", "'", "\\\"", "\\ud83d\\ude00", "\\ud800", "\\udc00a", "\\u0061", "length", "");
    private static readonly Gen<string> Numbers = Gen.OneOf(
        Gen.OneOf("0", "-0", "1", "-1", "1.0", "1e400", "-1e400", "1e-400", "1e99999999999999999999", "9007199254740993", "123456789012345678901234567890", "0.1", "79228162514264337593543950336", "1E+2"),
        Gen.Double.Where(double.IsFinite).Select(number => number.ToString("R", CultureInfo.InvariantCulture)));
    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.OneOf("", "a", "ok", "5", "(degraded)", "[1]", "\\\\", "\\n", "\\u0000", "\\ud800", "\\ud83d\\ude00", "é", "200-299", "(a|b)*", "[a", "10.0.0.0/8"),
        Gen.String[Gen.Char.AlphaNumeric, 0, 8]);
    private static readonly Gen<string> Scalars = Gen.OneOf(Numbers, Texts.Select(text => $"\"{text}\""), Gen.OneOf("true", "false", "null"));

    /// <summary>A document.</summary>
    public static readonly Gen<string> Json = Gen.Recursive<string>((depth, inner) => depth > 4 ? Scalars : Gen.Frequency(
        (2, Scalars),
        (2, inner.Array[0, 4].Select(items => $"[{string.Join(',', items)}]")),
        (3, Gen.Select(Names, inner).Array[0, 4].Select(fields => $"{{{string.Join(',', fields.Select(field => $"\"{field.Item1}\":{field.Item2}"))}}}"))));

    private static readonly Gen<string> Integers = Gen.OneOf(Gen.Int[-3, 3].Select(Text), Gen.OneOf("9007199254740991", "-9007199254740991", "9007199254740992", "01", "-0"));

    private static readonly Gen<string> Plain = Gen.OneOf(
        Gen.OneOf(".a", ".b", ".ok", ".items", ".*", "..*", "..a", "['a']", "[\"b\"]", "['\\'']", "[*]", "..[*]", "['a','b']", " .a", "[ 0 , 1 ]", ".é", "['']", "..['a',0]"),
        Integers.Select(index => $"[{index}]"),
        Gen.Select(Integers, Integers, Integers).Select(slice => $"[{slice.Item1}:{slice.Item2}:{slice.Item3}]"),
        Gen.OneOf("[:]", "[::-1]", "[::0]", "[1:]", "[:-1]", "[-1:]"));

    private static readonly Gen<string> Simple = Plain.Array[0, 3].Select(string.Concat);

    private static readonly Gen<string> Literals = Gen.OneOf(Numbers, Gen.OneOf("'a'", "\"ok\"", "'(a|b)*'", "'['", "'.'", "true", "false", "null", "''"));

    private static readonly Gen<string> Filters = Gen.Recursive<string>((depth, inner) => depth > 3 ? Gen.OneOf("@.a", "$.b == 1", "@ == 'a'") : Gen.OneOf(
        Gen.Select(Gen.OneOf("@", "$"), Simple).Select(query => query.Item1 + query.Item2),
        Gen.Select(Operands, Gen.OneOf("==", "!=", "<", "<=", ">", ">=", " == "), Operands).Select(test => test.Item1 + test.Item2 + test.Item3),
        Gen.Select(inner, Gen.OneOf("&&", "||", " && ", " || "), inner).Select(test => test.Item1 + test.Item2 + test.Item3),
        inner.Select(test => $"!({test})"), inner.Select(test => $"({test})"), inner.Select(test => $"@..[?{test}]"), inner.Select(test => $"$[?{test}]"),
        Gen.Select(Gen.OneOf("match", "search"), Operands, Operands).Select(test => $"{test.Item1}({test.Item2}, {test.Item3})")));

    private static Gen<string> Operands => Gen.OneOf(Literals, Simple.Select(path => $"@{path}"), Simple.Select(path => $"${path}"),
        Gen.Select(Gen.OneOf("length", "count", "value"), Gen.OneOf("@", "$"), Simple).Select(call => $"{call.Item1}({call.Item2}{call.Item3})"));

    /// <summary>A query, with changes by chance.</summary>
    public static readonly Gen<string> Path = Mutated(Gen.OneOf(Simple, Gen.Select(Simple, Filters, Simple).Select(path => $"{path.Item1}[?{path.Item2}]{path.Item3}")).Select(path => $"${path}"),
        "$@.[]()?!=<>&|'\"*:,- 0123456789ae\\é\ud83d\ude00");

    private static readonly Gen<string> Properties = Gen.OneOf(Gen.OneOf("", "x-a", "Content-Type", "total", "dns", "tls", "a:b"), Path);

    private static readonly Gen<string> Values = Gen.OneOf(Scalars, Json, Gen.OneOf("200-299,304", "-5-10", "200", "a, b", "10.0.0.0/8, ::1", "two words", "5 (degraded)", "(down)", "^a", "(?=a)", "", "\ta\tb", "{\"a\":1}"), Gen.String);

    /// <summary>A short form, with changes by chance.</summary>
    public static readonly Gen<string> ShortForm = Mutated(Gen.Select(
            Gen.OneOf("status", "header", "body", "json", "latency", "cert.days", "domain.days", "dns.answer", "dns.rcode", "ip", "packet_loss", "x"), Properties,
            Gen.OneOf("eq", "ne", "lt", "le", "gt", "ge", "in", "contains", "not_contains", "matches", "exists", "not_exists", "is"), Values, Gen.OneOf("", "", " (degraded)", " (down)", "(degraded)"))
        .Select(parts => $"{parts.Item1} {(parts.Item1 is "header" or "json" or "latency" ? parts.Item2 : "")} {parts.Item3} {(parts.Item3.EndsWith("exists", StringComparison.Ordinal) ? "" : parts.Item4)}{parts.Item5}"),
        " \t\n\"\\[]{}()$.,-+0159ae\u0000\u202e\ud800é");

    /// <summary>What the API may be given as an assertion.</summary>
    public static readonly Gen<string> Assertion = Gen.OneOf(
        Json, ShortForm.Select(text => System.Text.Json.JsonSerializer.Serialize(text)),
        Gen.Select(Gen.OneOf("status", "header", "body", "json", "latency", "ip", "dns.rcode", "\\ud800"), Gen.OneOf(Scalars, Path.Select(path => System.Text.Json.JsonSerializer.Serialize(path))),
                Gen.OneOf("eq", "ne", "lt", "in", "contains", "matches", "exists", "\\udc00"), Json, Gen.OneOf(Scalars, Gen.OneOf("\"down\"", "\"degraded\"")), Gen.Int[0, 31], Names)
            .Select(parts => $"{{{string.Join(',', new[] { $"\"source\":\"{parts.Item1}\"", $"\"property\":{parts.Item2}", $"\"op\":\"{parts.Item3}\"", $"\"value\":{parts.Item4}", $"\"severity\":{parts.Item5}", $"\"{parts.Item7}\":1" }
                .Where((_, i) => i == 0 || i == 2 || (parts.Item6 >> i & 1) == 1 && (i < 5 || parts.Item6 == 31)))}}}"));

    private static Gen<string> Mutated(Gen<string> texts, string characters) => Gen.Select(texts, Gen.Int[0, 3], Gen.Int[0, 1000], Gen.Char[characters]).Select(parts =>
    {
        var (text, change, at, c) = parts;
        at = text.Length == 0 ? 0 : at % text.Length;
        return change switch
        {
            1 => text.Insert(at, c.ToString()),
            2 when text.Length > 0 => text.Remove(at, 1),
            3 when text.Length > 0 => string.Concat(text.AsSpan(0, at), c.ToString(), text.AsSpan(at + 1)),
            _ => text,
        };
    });

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
