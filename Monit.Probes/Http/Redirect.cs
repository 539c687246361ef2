using System.Buffers;
using System.Text;

namespace Monit.Probes.Http;

/// <summary>
/// Where a redirect leads. Whether it can be followed, and to which host, is for <see cref="Uri"/> to say; path and query
/// remain the bytes that the target has sent, as a browser leaves them: dot segments are resolved, what cannot stand in a
/// request line is percent-encoded, and nothing is decoded or encoded anew.
/// </summary>
internal static class Redirect
{
    private static readonly UriCreationOptions AsIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    // The others are encoded: the path and query sets of the URL standard, and whatever is no ASCII.
    private const string Query = "!$%&()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";
    private static readonly SearchValues<char> InQuery = SearchValues.Create(Query);
    private static readonly SearchValues<char> InPath = SearchValues.Create(Query.Replace("`", "", StringComparison.Ordinal)
        .Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal) + "'");

    /// <param name="from">The URL that was asked for.</param>
    /// <param name="location">The header's bytes, each as the character of the same number.</param>
    /// <returns>False if the location is no http or https URL, in part or in whole.</returns>
    public static bool TryResolve(Uri from, string location, out Uri url)
    {
        var origin = new Uri(from.GetLeftPart(UriPartial.Authority) + "/");
        if (!Uri.TryCreate(origin, Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(location)), out url!) || !HttpProbe.IsHttp(url))
            return false;
        var text = url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped) + Target(from.PathAndQuery, location);
        return Uri.TryCreate(text, AsIs, out url!) && HttpProbe.IsHttp(url);
    }

    /// <summary>Whether the next request has method and body of the one that was answered with this status (RFC 9110, 15.4; as browsers do).</summary>
    /// <param name="method">Null: GET.</param>
    public static bool Repeats(int status, string? method) => status is 307 or 308 || (status is 301 or 302 && method != "POST");

    /// <summary>Whether scheme, host and port are the same.</summary>
    public static bool IsSameOrigin(Uri one, Uri other) =>
        one.Scheme == other.Scheme && one.Port == other.Port && one.IdnHost.Equals(other.IdnHost, StringComparison.OrdinalIgnoreCase);

    // Path and query.
    private static string Target(string from, string location)
    {
        var reference = Reference(location);
        var mark = reference.IndexOf('?');
        var (path, query) = mark < 0 ? (reference, "") : (reference[..mark], reference[mark..]);
        path = path.Replace('\\', '/');
        var (fromPath, fromQuery) = from.IndexOf('?', StringComparison.Ordinal) is >= 0 and var at ? (from[..at], from[at..]) : (from, "");
        if (path.Length == 0)
            return fromPath + (mark < 0 ? fromQuery : Encoded(query, InQuery));
        if (path[0] != '/')
            path = fromPath[..(fromPath.LastIndexOf('/') + 1)] + path;
        return Encoded(WithoutDots(path), InPath) + Encoded(query, InQuery);
    }

    // What follows scheme, host and port, without the fragment.
    private static string Reference(string location)
    {
        var text = location.IndexOf('#', StringComparison.Ordinal) is >= 0 and var mark ? location[..mark] : location;
        if (text.StartsWith("http:", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https:", StringComparison.OrdinalIgnoreCase))
            text = text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..];
        if (!text.StartsWith("//", StringComparison.Ordinal))
            return text;
        var end = text.AsSpan(2).IndexOfAny('/', '\\', '?');
        return end < 0 ? "/" : text[end + 2] == '?' ? "/" + text[(end + 2)..] : text[(end + 2)..];
    }

    private static string WithoutDots(string path)
    {
        if (!path.Contains('.', StringComparison.Ordinal) && !path.Contains("%2e", StringComparison.OrdinalIgnoreCase))
            return path;
        var segments = path.Split('/');
        var kept = new List<string>(segments.Length);
        for (var i = 1; i < segments.Length; i++)
        {
            var dots = segments[i].Length > 6 ? "" : segments[i].Replace("%2e", ".", StringComparison.OrdinalIgnoreCase);
            if (dots is not ("." or ".."))
                kept.Add(segments[i]);
            else if (dots == ".." && kept.Count > 0)
                kept.RemoveAt(kept.Count - 1);
            // The last one leaves the slash before it.
            if (dots is "." or ".." && i == segments.Length - 1)
                kept.Add("");
        }
        return "/" + string.Join('/', kept);
    }

    private static string Encoded(string text, SearchValues<char> plain)
    {
        if (!text.AsSpan().ContainsAnyExcept(plain))
            return text;
        var encoded = new StringBuilder(text.Length + 64);
        foreach (var c in text)
            _ = plain.Contains(c) ? encoded.Append(c) : encoded.Append('%').Append(((int)c).ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        return encoded.ToString();
    }
}
