using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Monit.Core.Checks.Reports;

namespace Monit.Tests.Reports;

/// <summary>Evidence that has no room would lose the incident's transaction; what other versions wrote must be readable.</summary>
public sealed class EvidenceAlwaysFitsTests
{
    private static readonly CheckReport Usual = new(
        false, "down", "ASSERTION_FAILED", "expected json $.ok eq true, got false", new PhaseTimes(1.5, 2, 3, 4, 5, 16), "192.0.2.1", 200, "1.1",
        new Dictionary<string, string> { ["content-type"] = "application/json", ["x-ü"] = "<ü>" }, """{"ok":false,"why":"ü\u0000 𝄞"}""",
        new CertificateReport("CN=a", "CN=b", ["a", "*.a"], new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero), 12, "it is self-signed"),
        [new AssertionReport("json", "$.ok", "eq", JsonSerializer.SerializeToElement(true), "down", false, "false")])
    {
        At = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 6, TimeSpan.Zero),
    };

    [Fact]
    public void Report_ComesBackAsItWas()
    {
        var file = EvidenceFile.Encode(Usual);
        Assert.Equal(Json(Usual), Json(EvidenceFile.Decode(file)));
        Assert.InRange(file.Length, 1, 600);
    }

    [Fact]
    public void Report_OfTheLargestAnswer_FitsWithoutLoss_WhereItCanBeCompressed()
    {
        var large = Usual with
        {
            Body = string.Concat(Enumerable.Range(0, 400).Select(n => $"<li>{n}</li>")),
            Headers = Enumerable.Range(0, 100).ToDictionary(n => $"x-{n}", n => new string('a', 1000)),
        };
        Assert.Equal(Json(large), Json(EvidenceFile.Decode(EvidenceFile.Encode(large))));
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 40)];

    [Theory, MemberData(nameof(Seeds))]
    public void Report_OfAnything_Fits_AndKeepsItsVerdict(int seed)
    {
        var random = new Random(seed);
        string Text(int most) => new([.. Enumerable.Range(0, random.Next(most)).Select(_ => seed % 3 == 0 ? (char)random.Next(0xd7ff) : (char)random.Next(33, 126))]);
        IEnumerable<string> Texts(int count, int most) => Enumerable.Range(0, random.Next(count)).Select(_ => Text(most));
        var report = Usual with
        {
            Body = Text(4096),
            Headers = Texts(100, 1000).Index().ToDictionary(one => $"{one.Index}-{(seed % 2 == 0 ? new string('n', 600) : "n")}", one => one.Item),
            Certificate = Usual.Certificate! with { Sans = [.. Texts(100, 500)] },
            Assertions = [.. Texts(20, 2000).Select(text => Usual.Assertions[0] with { Actual = text, Property = Text(1000), Value = JsonSerializer.SerializeToElement(Texts(100, 2000)) })],
        };
        var file = EvidenceFile.Encode(report);
        Assert.InRange(file.Length, 1, EvidenceFile.MaxSize);
        var read = EvidenceFile.Decode(file)!;
        Assert.Equal((report.State, report.Reason, report.Detail, report.PhasesMs, report.Ip, report.At), (read.State, read.Reason, read.Detail, read.PhasesMs, read.Ip, read.At));
    }

    [Fact]
    public void Body_IsCutBeforeItIsLeftOut_AndAtAWholeCharacter()
    {
        var random = new Random(1);
        var noise = Enumerable.Range(0, 17).ToDictionary(n => $"x-{n}", _ => new string([.. Enumerable.Range(0, 1000).Select(_ => (char)random.Next(33, 126))]));
        var report = Usual with { Body = "a" + string.Concat(Enumerable.Range(0, 2000).Select(_ => char.ConvertFromUtf32(0x10000 + random.Next(0xfffff)))), Headers = noise };
        var read = EvidenceFile.Decode(EvidenceFile.Encode(report))!;
        Assert.InRange(read.Body!.Length, 500, 2048);
        Assert.StartsWith(read.Body, report.Body, StringComparison.Ordinal);
        Assert.False(char.IsHighSurrogate(read.Body[^1]));
        Assert.Equal(17, read.Headers!.Count);
    }

    [Theory]
    [InlineData("""{"success":true,"state":"up","answers":["a"],"later":{"deep":[1]},"phases_ms":{"total":3,"more":1},"assertions":[{"source":"status","op":"eq","new":1}]}""", "up")]
    [InlineData("""{"success":false}""", "down")]
    [InlineData("""{"success":true,"certificate":{"days":3}}""", "up")]
    [InlineData("{}", "down")]
    public void Report_OfAnotherVersion_IsRead(string json, string state)
    {
        var read = EvidenceFile.Decode(Compressed(json))!;
        Assert.Equal(state, read.State);
        Assert.NotNull(read.PhasesMs);
        Assert.NotNull(read.Assertions);
        Assert.NotNull(Json(read));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"success":""")]
    [InlineData("""{"success":"yes"}""")]
    public void Report_ThatIsNone_IsNull(string json) => Assert.Null(EvidenceFile.Decode(Compressed(json)));

    [Fact]
    public void File_ThatIsDamagedOrUnfoldsToMuch_IsNull()
    {
        Assert.Null(EvidenceFile.Decode([]));
        Assert.Null(EvidenceFile.Decode("no brotli"u8));
        Assert.Null(EvidenceFile.Decode(EvidenceFile.Encode(Usual).AsSpan()[..^5]));
        Assert.Null(EvidenceFile.Decode(Compressed($$"""{"body":"{{new string('a', 50_000_000)}}"}""")));
    }

    private static byte[] Compressed(string json)
    {
        var text = Encoding.UTF8.GetBytes(json);
        var file = new byte[BrotliEncoder.GetMaxCompressedLength(text.Length)];
        Assert.True(BrotliEncoder.TryCompress(text, file, out var length));
        return file[..length];
    }

    private static string Json(CheckReport? report) => JsonSerializer.Serialize(report!, ReportJson.Default.CheckReport);
}
