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
        from first in Gen.Long[0, 4_000_000_000_000]
        from flags in Gen.Bool.Array[2]
        select new IncidentState(counts[0], counts[1], first, flags[0], flags[1]);

    private static readonly Gen<MonitorStatus> Statuses =
        from state in Gen.Enum<MonitorState>()
        from http in Gen.Int[100, 599].Nullable()
        from latency in Gen.Long[0, 100_000].Nullable()
        from reason in Gen.Enum<FailureReason>().Nullable()
        from at in Gen.Long[0, 4_000_000_000_000]
        from detail in Gen.Int[0, 2].Select(n => new[] { null, "incomplete chain", "für 'ü' - 5" }[n])
        select new MonitorStatus(state, http, latency, reason, at, detail);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static readonly string[] Odd = ["-", "", "+inf", "9223372036854775807", "-1", "99999999999999999999", "TIMEOUT"];

    // Similar to the formats, so that parsing gets beyond the first field.
    private static readonly Gen<string> Garbage = Gen.OneOf(
        Gen.String,
        Gen.OneOf(Gen.Long.Select(n => $"{n}"), Gen.Int[0, Odd.Length - 1].Select(i => Odd[i]), Gen.String[0, 3])
            .Array[0, 9].Select(fields => string.Join(' ', fields)));

    [Theory, InlineData(1), InlineData(2)]
    public void CheckConfig_RoundTrips(int format) => Configs.Sample(config =>
        CheckConfig.TryDecode(Bytes(config.Encode(format)), out var read) && read == config && CheckConfig.FormatOf(Bytes(config.Encode(format))) == format);

    [Fact]
    public void IncidentState_RoundTrips() => States.Sample(state => IncidentState.TryDecode(Bytes(state.Encode()), out var read) && read == state);

    [Fact]
    public void MonitorStatus_RoundTrips() => Statuses.Sample(status => MonitorStatus.TryDecode(Bytes(status.Encode()), out var read) && read == status);

    [Fact]
    public void CheckConfig_Garbage_NeverThrows() => Gen.OneOf(Garbage, Garbage.Select(text => $"1 1000 1000 {text}"), Garbage.Select(text => $"1 1000 1000 2 {{{text}}}"))
        .Sample(text => CheckConfig.TryDecode(Bytes(text), out var read) == read is not null && CheckConfig.FormatOf(Bytes(text)) is >= 1 and < 100);

    // TimeSpan.FromMilliseconds throws beyond its range.
    [Theory]
    [InlineData("1 9223372036854775807 5000 200 - https://example.org/")]
    [InlineData("1 60000 9223372036854775807 200 - https://example.org/")]
    [InlineData("1 60000 5000 200 9223372036854775807 https://example.org/")]
    [InlineData("1 60000 5000 200 -9223372036854775808 https://example.org/")]
    [InlineData("1 60000 5000 2 {\"url\":\"https://example.org/\",\"latency\":9223372036854775807}")]
    [InlineData("1 60000 5000 2 {\"url\":\"https://example.org/\",\"latency\":0}")]
    [InlineData("1 60000 5000 2 {\"url\":\"https://example.org/\",\"status\":99999999999}")]
    public void CheckConfig_AbsurdNumbers_NeverThrow(string text) => Assert.False(CheckConfig.TryDecode(Bytes(text), out _));

    [Fact]
    public void IncidentState_Unjudged_IsHealthy() => Assert.True(IncidentState.TryDecode(Bytes(IncidentState.Unjudged), out var read) && read.IsHealthy);

    [Fact]
    public void IncidentState_Garbage_NeverThrows() => Garbage.Sample(text => IncidentState.TryDecode(Bytes(text), out var read) || read.IsHealthy);

    [Fact]
    public void MonitorStatus_Garbage_NeverThrows() => Garbage.Sample(text => MonitorStatus.TryDecode(Bytes(text), out var read) == read is not null);

    [Fact]
    public void CheckConfig_IsOneLine()
    {
        var config = new CheckConfig(7, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(5), 204, null, "https://example.org/a\n7 1 1 200 - http://evil/");
        Assert.Equal("7 60000 5000 204 - https://example.org/a%0A7 1 1 200 - http://evil/", config.Encode());
        Assert.Equal("""7 60000 5000 2 {"url":"https://example.org/a%0A7 1 1 200 - http://evil/","status":204}""", config.Encode(2));
    }

    [Fact]
    public void CheckConfig_Document_LeavesOutWhatIsUsual()
    {
        var config = new CheckConfig(7, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(5), 200, null, "https://example.org/?a=b&c='<ü>'");
        Assert.Equal("""7 60000 5000 2 {"url":"https://example.org/?a=b&c='<ü>'"}""", config.Encode(2));
        Assert.Equal("""7 60000 5000 2 {"url":"https://example.org/?a=b&c='<ü>'","status":503,"latency":800}""",
            (config with { ExpectedStatus = 503, LatencyThreshold = TimeSpan.FromMilliseconds(800) }).Encode(2));
    }

    [Fact]
    public void CheckConfig_Document_IgnoresUnknownProperties()
    {
        Assert.True(CheckConfig.TryDecode(Bytes("""7 60000 5000 2 {"note":{"a":[1]},"url":"https://example.org/"}"""), out var config));
        Assert.Equal(new CheckConfig(7, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(5), 200, null, "https://example.org/"), config);
    }

    [Theory]
    [InlineData("{}"), InlineData("{\"url\":null}"), InlineData("null"), InlineData("[]"), InlineData(""), InlineData("{\"url\":1}")]
    [InlineData("{\"url\":\"https://example.org/\"")]
    public void CheckConfig_Document_WithoutAUrl_IsMalformed(string document)
    {
        Assert.False(CheckConfig.TryDecode(Bytes($"7 60000 5000 2 {document}"), out _));
        Assert.Equal(2, CheckConfig.FormatOf(Bytes($"7 60000 5000 2 {document}")));
    }

    // A later version's text, of which only the fields before the format are known.
    [Theory]
    [InlineData("7 60000 5000 4 {\"url\":\"https://example.org/\"}", 4)]
    [InlineData("7 60000 5000 99 anything", 99)]
    [InlineData("7 60000 5000 100 - https://example.org/", 1)]
    public void CheckConfig_Format_IsKnownFromTheText(string text, int format)
    {
        Assert.Equal(format, CheckConfig.FormatOf(Bytes(text)));
        Assert.Equal(format == 1, CheckConfig.TryDecode(Bytes(text), out _));
    }

    // Version 0.1 reads a document as a status and an unreadable latency, and takes the monitor from SQL again.
    [Fact]
    public void CheckConfig_Document_BeginsWithABrace()
    {
        var config = new CheckConfig(7, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(5), 200, null, "https://example.org/");
        Assert.StartsWith("2 {", config.Target(2), StringComparison.Ordinal);
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
        Assert.Equal("3 2 1000 1000 1 1 0", new IncidentState(3, 2, 1000, true, false).Encode());
        Assert.True(IncidentState.TryDecode("3 2 1000 2000 0 1 0"u8, out var older) && older == new IncidentState(3, 2, 1000, true, false));
        Assert.Equal("", default(IncidentState).Encode());
        Assert.True(IncidentState.TryDecode([], out var none) && none.IsHealthy);
    }

    [Fact]
    public void MonitorStatus_IsFiveFields()
    {
        Assert.Equal("1 200 37 - 1000", new MonitorStatus(MonitorState.Up, 200, 37, null, 1000).Encode());
        Assert.Equal("3 - - TLS_ERROR 1000 expired on 2026-01-02", new MonitorStatus(MonitorState.Down, null, null, FailureReason.TlsError, 1000, "expired on 2026-01-02").Encode());
        Assert.Equal("3 - - DNS_FAILURE 1000", new MonitorStatus(MonitorState.Down, null, null, FailureReason.DnsFailure, 1000).Encode());
    }

    [Fact]
    public void FailureReason_EveryNameComesBack() =>
        Assert.All(Enum.GetValues<FailureReason>(), reason => Assert.Equal(reason, FailureReasons.FromWire(reason.ToWire())));
}
