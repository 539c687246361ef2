using Monit.Core.Checks.Http;

namespace Monit.Core.Checks.Kinds;

/// <summary>The kinds of checks there are. A URL's scheme says which one it is.</summary>
public static class CheckKinds
{
    public static IReadOnlyList<ICheckKind> All { get; } = [HttpKind.Instance];

    /// <summary>Null if no kind has the URL's scheme.</summary>
    public static ICheckKind? Of(string url)
    {
        var scheme = SchemeOf(url);
        foreach (var kind in All)
            foreach (var own in kind.Schemes)
                if (scheme.Equals(own, StringComparison.OrdinalIgnoreCase))
                    return kind;
        return null;
    }

    /// <summary>What stands before the first colon; empty if there is none.</summary>
    public static ReadOnlySpan<char> SchemeOf(string url)
    {
        // .NET, too, ignores white space before a URL.
        var text = url.AsSpan().TrimStart();
        return text[..Math.Max(0, text.IndexOf(':'))];
    }
}
