using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Monit.Probes.Network.Names;

/// <summary>
/// The question for the addresses of one family (RFC 1035), and what was answered. Answers come from anywhere: names in them
/// are skipped and never followed, so reading one takes no longer than it is long.
/// </summary>
internal sealed class DnsQuestion
{
    private const int Header = 12;
    private const ushort Internet = 1;
    private const ushort TypeA = 1;
    private const ushort TypeAaaa = 28;
    private const int NoSuchNameCode = 3;

    private readonly ushort _type;

    /// <param name="name">In ASCII, without a dot at its end.</param>
    /// <exception cref="ArgumentException">DNS cannot hold the name.</exception>
    public DnsQuestion(string name, bool v6)
    {
        _type = v6 ? TypeAaaa : TypeA;
        if (name.Length is 0 or > 253 || !Ascii.IsValid(name))
            throw new ArgumentException("Not a name of DNS.", nameof(name));
        var query = new byte[Header + name.Length + 2 + 4];
        RandomNumberGenerator.Fill(query.AsSpan(0, 2));
        query[2] = 1; // The server is to follow aliases and to ask others.
        query[5] = 1; // One question.
        var at = Header;
        foreach (var label in name.AsSpan().Split('.'))
        {
            var text = name.AsSpan()[label];
            if (text.Length is 0 or > 63)
                throw new ArgumentException("Not a name of DNS.", nameof(name));
            query[at++] = (byte)text.Length;
            at += Encoding.ASCII.GetBytes(text, query.AsSpan(at));
        }
        BinaryPrimitives.WriteUInt16BigEndian(query.AsSpan(at + 1), _type);
        BinaryPrimitives.WriteUInt16BigEndian(query.AsSpan(at + 3), Internet);
        Query = query;
    }

    /// <summary>The message to send.</summary>
    public byte[] Query { get; }

    public DnsOutcome Outcome { get; private set; }

    public bool IsTruncated { get; private set; }

    /// <summary>At most <see cref="NameResolver.MaxAddresses"/> halves: each family has as many.</summary>
    public List<IPAddress> Addresses { get; } = [];

    /// <summary>Reads a message; one that answers another question is ignored.</summary>
    public void Read(ReadOnlySpan<byte> message)
    {
        if (!Answers(message))
            return;
        Addresses.Clear();
        IsTruncated = (message[2] & 0x02) != 0;
        Outcome = (message[3] & 0x0f) switch
        {
            0 => ReadAddresses(message) ? Addresses.Count > 0 ? DnsOutcome.Found : DnsOutcome.NoData : DnsOutcome.Failed,
            NoSuchNameCode => DnsOutcome.NoSuchName,
            _ => DnsOutcome.Failed,
        };
        // What is cut off in the middle of a record is no defect.
        if (IsTruncated)
            Outcome = Addresses.Count > 0 ? DnsOutcome.Found : DnsOutcome.Failed;
    }

    // A server that fails may leave the question out.
    private bool Answers(ReadOnlySpan<byte> message)
    {
        if (message.Length < Header || !message[..2].SequenceEqual(Query.AsSpan(0, 2)) || (message[2] & 0x80) == 0)
            return false;
        var questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        return questions == 0 ? (message[3] & 0x0f) is not (0 or NoSuchNameCode)
            : questions == 1 && message.Length >= Query.Length && Ascii.EqualsIgnoreCase(message[Header..Query.Length], Query.AsSpan(Header));
    }

    private bool ReadAddresses(ReadOnlySpan<byte> message)
    {
        var records = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        var rest = message[Query.Length..];
        for (; records > 0 && Addresses.Count < NameResolver.MaxAddresses / 2; records--)
        {
            if (!SkipName(ref rest) || rest.Length < 10)
                return false;
            var (type, kind, length) = (BinaryPrimitives.ReadUInt16BigEndian(rest), BinaryPrimitives.ReadUInt16BigEndian(rest[2..]), BinaryPrimitives.ReadUInt16BigEndian(rest[8..]));
            if (rest.Length < 10 + length)
                return false;
            if (type == _type && kind == Internet)
            {
                if (length != (_type == TypeA ? 4 : 16))
                    return false;
                Addresses.Add(new IPAddress(rest.Slice(10, length)));
            }
            rest = rest[(10 + length)..];
        }
        return true;
    }

    private static bool SkipName(ref ReadOnlySpan<byte> rest)
    {
        while (!rest.IsEmpty)
        {
            int length = rest[0];
            // A pointer ends a name, and so does the empty label; other high bits mean nothing.
            var skipped = length >= 0xc0 ? 2 : length < 0x40 ? length + 1 : int.MaxValue;
            if (skipped > rest.Length)
                return false;
            rest = rest[skipped..];
            if (length is 0 or >= 0xc0)
                return true;
        }
        return false;
    }
}
