using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace Monit.Core.Json;

/// <summary>
/// Regular expressions of RFC 9485 (I-Regexp), which JSONPath uses, on .NET's engine without backtracking: in linear time,
/// and for at most <see cref="Limit"/>. A dot is any character but CR and LF, surrogate pairs included.
/// </summary>
internal static class InteroperableRegex
{
    public const int MaxLength = 1000;
    public static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(100);

    private const string Dot = @"(?:[^\r\n\ud800-\udfff]|[\ud800-\udbff][\udc00-\udfff])";

    public static bool TryCreate(string pattern, bool isWhole, [NotNullWhen(true)] out Regex? expression)
    {
        expression = null;
        if (pattern.Length > MaxLength)
            return false;
        try
        {
            var translated = Translate(pattern);
            expression = new Regex(isWhole ? $@"\A(?:{translated})\z" : translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Limit);
            return true;
        }
        catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
        {
            // Not an expression, or one whose automaton would be too large.
            return false;
        }
    }

    private static string Translate(string pattern)
    {
        var (translated, inClass) = (new StringBuilder(), false);
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
                translated.Append(c).Append(pattern[++i]);
            else if (c == '.' && !inClass)
                translated.Append(Dot);
            else
            {
                if (c is '[' or ']')
                    inClass = c == '[' || (c != ']' && inClass);
                translated.Append(c);
            }
        }
        return translated.ToString();
    }
}
