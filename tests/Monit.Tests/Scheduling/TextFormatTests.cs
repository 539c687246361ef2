using System.Text;
using CsCheck;
using Monit.Core.Checks;
using Monit.Core.Incidents;
using Monit.Core.Monitors;

namespace Monit.Tests.Scheduling;

/// <summary>The text formats in Redis: encoded values are decoded unchanged, and malformed ones do not throw.</summary>
public sealed class TextFormatTests
{
    private static readonly Gen<CheckConfig> Configs =
        from version in Gen.Long[1, 1L << 53]
        from interval in Gen.Int[1, 86_400]
        from timeout in Gen.Int[1, 60]
        from status in Gen.Int[100, 599]
        from latency in Gen.Int[1, 60_000].Nullable()
        from path in Gen.String[Gen.Char["abc %?=&äß✓ /-"], 0, 40]
        select new CheckConfig(version, TimeSpan.FromSeconds(interval), TimeSpan.FromSeconds(timeout), status,
            latency is { } ms ? TimeSpan.FromMilliseconds(ms) : null, "https://example.org/" + path);

    private static readonly Gen<IncidentState> States =
        from counts in Gen.Int[0, int.MaxValue].Array[2]
        from times in Gen.Long[0, 4_000_000_000_000].Array[2]
        from flags in Gen.Bool.Array[3]
        select new IncidentState(counts[0], counts[1], times[0], times[1], flags[0], flags[1], flags[2]);

    private static readonly Gen<MonitorStatus> Statuses =
        from state in Gen.Enum<MonitorState>()
        from http in Gen.Int[100, 599].Nullable()
        from latency in Gen.Long[0, 100_000].Nullable()
        from reason in Gen.Enum<FailureReason>().Nullable()
        from at in Gen.Long[0, 4_000_000_000_000]
        select new MonitorStatus(state, http, latency, reason, at);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static readonly string[] Odd = ["-", "", "+inf", "9223372036854775807", "-1", "99999999999999999999", "TIMEOUT"];

    // Similar to the formats, so that parsing gets beyond the first field.
    private static readonly Gen<string> Garbage = Gen.OneOf(
        Gen.String,
        Gen.OneOf(Gen.Long.Select(n => $"{n}"), Gen.Int[0, Odd.Length - 1].Select(i => Odd[i]), Gen.String[0, 3])
            .Array[0, 9].Select(fields => string.Join(' ', fields)));

    [Fact]
    public void CheckConfig_RoundTrips() => Configs.Sample(config => CheckConfig.TryDecode(Bytes(config.Encode()), out var read) && read == config);

    [Fact]
    public void IncidentState_RoundTrips() => States.Sample(state => IncidentState.TryDecode(Bytes(state.Encode()), out var read) && read == state);

    [Fact]
    public void MonitorStatus_RoundTrips() => Statuses.Sample(status => MonitorStatus.TryDecode(Bytes(status.Encode()), out var read) && read == status);

    [Fact]
    public void CheckConfig_Garbage_NeverThrows() => Garbage.Sample(text => CheckConfig.TryDecode(Bytes(text), out var read) == read is not null);

    // TimeSpan.FromMilliseconds throws beyond its range.
    [Theory]
    [InlineData("1 9223372036854775807 5000 200 - https://example.org/")]
    [InlineData("1 60000 9223372036854775807 200 - https://example.org/")]
    [InlineData("1 60000 5000 200 9223372036854775807 https://example.org/")]
    [InlineData("1 60000 5000 200 -9223372036854775808 https://example.org/")]
    public void CheckConfig_AbsurdNumbers_NeverThrow(string text) => Assert.False(CheckConfig.TryDecode(Bytes(text), out _));

    [Fact]
    public void IncidentState_Garbage_NeverThrows() => Garbage.Sample(text => IncidentState.TryDecode(Bytes(text), out var read) || read.IsHealthy);

    [Fact]
    public void MonitorStatus_Garbage_NeverThrows() => Garbage.Sample(text => MonitorStatus.TryDecode(Bytes(text), out var read) == read is not null);

    [Fact]
    public void CheckConfig_IsOneLine()
    {
        var config = new CheckConfig(7, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(5), 204, null, "https://example.org/a\n7 1 1 200 - http://evil/");
        Assert.Equal("7 60000 5000 204 - https://example.org/a%0A7 1 1 200 - http://evil/", config.Encode());
    }

    [Fact]
    public void CheckConfig_VersionAndPaceComeFirst()
    {
        var config = new CheckConfig(7, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(5), 204, TimeSpan.FromMilliseconds(800), "https://example.org/a b");
        Assert.Equal("7 60000 5000 204 800 https://example.org/a b", config.Encode());
        Assert.Equal("7 60000 5000 204 - https://example.org/a b", (config with { LatencyThreshold = null }).Encode());
    }

    [Fact]
    public void IncidentState_IsSevenNumbers_OrEmptyWhileHealthy()
    {
        Assert.Equal("3 2 1000 2000 1 1 0", new IncidentState(3, 2, 1000, 2000, true, true, false).Encode());
        Assert.Equal("", default(IncidentState).Encode());
        Assert.True(IncidentState.TryDecode([], out var none) && none.IsHealthy);
    }

    [Fact]
    public void MonitorStatus_IsFiveFields()
    {
        Assert.Equal("1 200 37 - 1000", new MonitorStatus(MonitorState.Up, 200, 37, null, 1000).Encode());
        Assert.Equal("3 - - DNS_FAILURE 1000", new MonitorStatus(MonitorState.Down, null, null, FailureReason.DnsFailure, 1000).Encode());
    }

    [Fact]
    public void FailureReason_EveryNameComesBack() =>
        Assert.All(Enum.GetValues<FailureReason>(), reason => Assert.Equal(reason, FailureReasons.FromWire(reason.ToWire())));
}
