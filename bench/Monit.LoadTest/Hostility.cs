using System.Globalization;

namespace Monit.LoadTest;

/// <summary>What monitors can be aimed at to hurt the worker that checks them, and thereby all others.</summary>
internal static class Hostility
{
    public const string SilentDns = "silent-dns", Silent = "silent", DripHead = "drip-head", DripBody = "drip-body",
        Bomb = "bomb", StalledTls = "stalled-tls", OddHosts = "odd-hosts", Redirects = "redirects";

    public static readonly string[] Kinds = [SilentDns, Silent, DripHead, DripBody, Bomb, StalledTls, OddHosts, Redirects];

    /// <summary>The accounts that share the hostile monitors.</summary>
    public const int Accounts = 20;

    // As only somebody with access to the database could write them: the API refuses most.
    private static readonly string[] Hosts =
    [
        "אa{0}.example", "a{0}..b", "xn--a{0}", "xn--{0}-", "a{0}.-b-.example", "-{0}-", "a_{0}.example", ".a{0}", "a{0}.", "..", "{0}",
        "1.2.3.{0}", "0x7f.{0}", "256.256.256.{0}", "[::{0}]]", "[::1%25eth{0}]", "%00{0}", "a%2f{0}", "a\u200b{0}.example", "ß{0}.example",
        "a\u3002b{0}", "🦆{0}.example", $"{new string('a', 64)}.x{{0}}", $"{string.Concat(Enumerable.Repeat("abcdefgh.", 30))}{{0}}", "*{0}.example", "",
    ];

    /// <summary>Whether the workers ask <see cref="NameServer"/>.</summary>
    public static bool HasNames(string? kind) => kind is SilentDns or OddHosts;

    public static string Address(int index) => $"127.0.1.{1 + index % 8}";

    public static string Url(string kind, int index, int port) => kind switch
    {
        // A domain each, so that what is remembered about one helps no other.
        SilentDns => $"http://www.silent{index}.test:{port}/{index}",
        OddHosts => $"http://{string.Format(CultureInfo.InvariantCulture, Hosts[index % Hosts.Length], index)}/",
        StalledTls => $"https://{Address(index)}:{port}/{index}",
        _ => $"http://{Address(index)}:{port}/{index}",
    };
}
