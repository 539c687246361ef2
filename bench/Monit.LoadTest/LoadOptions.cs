using System.Globalization;

namespace Monit.LoadTest;

/// <summary>What is put under load, and how.</summary>
internal sealed record LoadOptions
{
    public required int Monitors { get; init; }
    /// <summary>Seconds from one check of a monitor to its next.</summary>
    public required int Interval { get; init; }
    public required TimeSpan Duration { get; init; }
    public required TimeSpan Warmup { get; init; }
    public required int Workers { get; init; }
    public required int Shards { get; init; }
    public required bool KeepAlive { get; init; }
    /// <summary>Percent of the targets that answer 500, refuse the connection, never answer.</summary>
    public required int Failing { get; init; }
    public required int Refusing { get; init; }
    public required int Silent { get; init; }
    public required int Body { get; init; }
    public required bool Tls { get; init; }
    public required bool Restart { get; init; }
    /// <summary>Further settings of the worker, NAME=VALUE.</summary>
    public required string[] Settings { get; init; }

    /// <summary>The monitors' ids: the same in every process, in the order of creation.</summary>
    public static Guid Id(int index)
    {
        Span<byte> id = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(id, (0x0190_0000_0000L + index / 16) << 16 | 0x7000);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(id[8..], System.IO.Hashing.XxHash3.HashToUInt64(BitConverter.GetBytes(index)) & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000);
        return new Guid(id, bigEndian: true);
    }

    /// <summary>The addresses that the targets share: a connection each would use up the ports to a single one.</summary>
    public static string Address(int index) => $"127.0.0.{1 + index % 8}";

    public string Url(int index, int port, int closed)
    {
        var (part, scheme) = (index % 100, Tls ? "https" : "http");
        return string.Create(CultureInfo.InvariantCulture,
            $"{scheme}://{Address(index)}:{(part >= Failing && part < Failing + Refusing ? closed : port)}/{index}");
    }

    public bool IsFailing(int index) => index % 100 < Failing;

    public bool IsSilent(int index) => index % 100 >= Failing + Refusing && index % 100 < Failing + Refusing + Silent;
}
