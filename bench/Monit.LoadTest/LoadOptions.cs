using System.Globalization;

namespace Monit.LoadTest;

/// <summary>The load and the configuration of the system under test.</summary>
internal sealed record LoadOptions
{
    public required int Monitors { get; init; }
    /// <summary>Seconds between two checks of a monitor.</summary>
    public required int Interval { get; init; }
    public required TimeSpan Duration { get; init; }
    public required TimeSpan Warmup { get; init; }
    public required int Workers { get; init; }
    public required int Shards { get; init; }
    public required bool KeepAlive { get; init; }
    /// <summary>Percent of the targets that respond with 500 (<see cref="Failing"/>), refuse the connection, or never respond.</summary>
    public required int Failing { get; init; }
    public required int Refusing { get; init; }
    public required int Silent { get; init; }
    public required int Body { get; init; }
    public required bool Tls { get; init; }
    public required bool Restart { get; init; }
    /// <summary>One of <see cref="Hostility.Kinds"/>: as many such monitors as honest ones; null: none.</summary>
    public string? Hostile { get; init; }
    /// <summary>Whether the hostile monitors belong to the account of the honest ones.</summary>
    public bool OneAccount { get; init; }
    /// <summary>Further settings of the worker, NAME=VALUE.</summary>
    public required string[] Settings { get; init; }

    public int HostileMonitors => Hostile is null ? 0 : Monitors;

    /// <summary>Seconds.</summary>
    public int Timeout => Math.Clamp(Interval - 1, 1, Hostile is null ? 10 : 5);

    /// <summary>The id of a monitor: the same in every process, ascending by index.</summary>
    public static Guid Id(int index)
    {
        Span<byte> id = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(id, (0x0190_0000_0000L + index / 16) << 16 | 0x7000);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(id[8..], System.IO.Hashing.XxHash3.HashToUInt64(BitConverter.GetBytes(index)) & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000);
        return new Guid(id, bigEndian: true);
    }

    /// <summary>The targets share eight addresses, because a single one would run out of ports.</summary>
    public static string Address(int index) => $"127.0.0.{1 + index % 8}";

    /// <summary>The host with TLS, since clients treat a name differently: it resolves to the first of the addresses.</summary>
    public const string Name = "localhost";

    public string Url(int index, int port, int closed)
    {
        if (index >= Monitors && Hostile is not null)
            return Hostility.Url(Hostile, index, port);
        var (part, scheme) = (index % 100, Tls ? "https" : "http");
        return string.Create(CultureInfo.InvariantCulture,
            $"{scheme}://{(Tls ? Name : Hostility.HasNames(Hostile) ? NameServer.Name(index) : Address(index))}:{(part >= Failing && part < Failing + Refusing ? closed : port)}/{index}");
    }

    public bool IsFailing(int index) => index % 100 < Failing;

    public bool IsSilent(int index) => index % 100 >= Failing + Refusing && index % 100 < Failing + Refusing + Silent;
}
