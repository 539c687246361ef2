using System.Text;
using System.Text.RegularExpressions;

namespace Monit.Probes.Tests.Http.Malformed;

/// <summary>Generates malformed responses: combines and mutates two cases of the <see cref="Corpus"/>. Deterministic by seed.</summary>
internal static partial class Mutation
{
    private static readonly string[] Words =
    [
        "|", "||", "\n", "\r", "\0", ":", ": ", " ", "\t", ";", ",", "\u00ff", "0", "1", "-1", "ffffffff", "7fffffffffffffff", "99999999999999999999",
        "HTTP/1.1 200 OK|", "HTTP/1.0 200 OK|", "HTTP/1.1 100 Continue||", "HTTP/1.1 103 Early Hints|Link: </a>||", "HTTP/1.1 204 No|",
        "HTTP/1.1 302 Found|Location: /next|", "Content-Length: 2|", "Content-Length: 0|", "Content-Length: -1|", "Content-Length: 99999999|",
        "Transfer-Encoding: chunked|", "Transfer-Encoding: identity|", "Connection: close|", "Connection: keep-alive|", "Upgrade: h2c|",
        "Location: /next|", "Location: //127.0.0.1/|", "0||", "2|ok|", "fffffff|", "2;a=b|ok|", " folded|", "X-Odd: 1|", "\x16\x03\x03\0\x02", "\x15\x03\x03\0\x02\x02\x28",
    ];

    // A mutated redirect must not lead to other hosts.
    private static readonly string[] Authorities =
        ["127.0.0.1:{port}", "127.0.0.1:{port}", "127.0.0.1:1", "127.0.0.1:99999", "x.invalid", "[::1", "", "169.254.169.254", "u:p@127.0.0.1:{port}"];

    public static MalformedCase Of(int seed)
    {
        var random = new Random(seed);
        var origin = Pick(random, Corpus.All);
        var bytes = origin.Answer.Bytes.ToList();
        for (var left = random.Next(5); left > 0; left--)
            Break(random, bytes);
        var text = Authority().Replace(Encoding.Latin1.GetString([.. bytes]), _ => "//" + Pick(random, Authorities));
        var answer = origin.Answer with { Bytes = Encoding.Latin1.GetBytes(text) };
        if (random.Next(5) == 0)
            answer = answer with { End = (RawEnd)random.Next(5), Repeat = Repeated(random, answer) };
        if (random.Next(10) == 0)
            answer = answer with { Step = 1 + random.Next(200) };
        return origin with { Name = $"seed {seed}: {origin.Name}", Answer = answer, Https = random.Next(20) == 0 ? !origin.Https : origin.Https };
    }

    private static void Break(Random random, List<byte> bytes)
    {
        var at = random.Next(bytes.Count + 1);
        var length = Math.Min(bytes.Count - at, 1 + random.Next(random.Next(4) == 0 ? 2000 : 20));
        switch (random.Next(9))
        {
            case 0 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 4:
                bytes.InsertRange(at, Enumerable.Repeat(bytes.GetRange(at, length), 1 + random.Next(8)).SelectMany(part => part).ToArray());
                break;
            case 5:
                // The head of one and the tail of another.
                var other = Pick(random, Corpus.All).Answer.Bytes;
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other.Skip(random.Next(other.Length + 1)));
                break;
            case 6:
                bytes.InsertRange(at, Enumerable.Repeat(RawAnswer.Wire(Pick(random, Words)), random.Next(50) == 0 ? 4000 : 1).SelectMany(word => word));
                break;
            default:
                bytes.InsertRange(at, RawAnswer.Wire(Pick(random, Words)));
                break;
        }
    }

    private static byte[] Repeated(Random random, RawAnswer answer)
    {
        var word = random.Next(3) == 0 && answer.Bytes.Length > 0 ? answer.Bytes[..Math.Min(answer.Bytes.Length, 2000)] : RawAnswer.Wire(Pick(random, Words));
        return [.. Enumerable.Repeat(word, 1 + 2000 / word.Length).SelectMany(part => part)];
    }

    private static T Pick<T>(Random random, IReadOnlyList<T> list) => list[random.Next(list.Count)];

    [GeneratedRegex(@"[/\\]{2}[^/\\\s]*")]
    private static partial Regex Authority();
}
