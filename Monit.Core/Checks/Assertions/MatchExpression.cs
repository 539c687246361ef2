using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Monit.Core.Checks.Assertions;

/// <summary>The regular expressions of <c>matches</c>: .NET's, without what needs backtracking, in linear time and bounded besides.</summary>
internal static class MatchExpression
{
    public const int MaxLength = 1000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    public static bool TryCreate(string pattern, [NotNullWhen(true)] out Regex? expression)
    {
        try
        {
            expression = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Limit);
            return true;
        }
        catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
        {
            expression = null;
            return false;
        }
    }
}
