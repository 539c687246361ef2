using CsCheck;
using Monit.Core.Checks;
using Monit.Core.History;

namespace Monit.Tests.History;

/// <summary>Codes, sketches and chunks give back what they were given, and merge without counting twice.</summary>
public sealed class HistoryTests
{
    private static readonly Gen<byte> Codes = Gen.Byte;
    private static readonly Gen<(long Start, long Interval, ResultPoint[] Points)> Chunks =
        Gen.Select(Gen.Long[0, 40_000_000_000], Gen.Long[20, 864_000], Gen.Select(Gen.Long[-20, 40_000], Codes).Array[0, 60], (start, interval, steps) =>
        {
            var at = start;
            return (start, interval, Array.ConvertAll(steps, step => new ResultPoint(at += Math.Max(0, interval + step.Item1), step.Item2)));
        });

    [Fact]
    public void Latency_IsExactWhileItIsShort_AndWithinTheAccuracyFromThere()
    {
        var worst = 0d;
        for (var ms = 0; ms <= LatencyCode.Longest; ms++)
        {
            var value = LatencyCode.Ms(LatencyCode.Of(ms));
            if (ms <= LatencyCode.ExactTo)
                Assert.Equal(ms, value);
            else
                worst = Math.Max(worst, Math.Abs(value - ms) / ms);
        }
        Assert.InRange(worst, 0, LatencyCode.Accuracy);
    }

    [Fact]
    public void Latency_SortsLikeItsCode_AndUsesAllCodes()
    {
        var codes = Enumerable.Range(0, LatencyCode.Longest + 1).Select(ms => LatencyCode.Of(ms)).ToList();
        Assert.Equal(codes.Order(), codes);
        Assert.Equal(LatencyCode.Count, codes.Distinct().Count());
        Assert.Equal(codes[^1], LatencyCode.Of(long.MaxValue));
    }

    [Fact]
    public void LatencyOfACode_HasThatCode()
    {
        for (var code = 0; code < LatencyCode.Count; code++)
            Assert.Equal(code, LatencyCode.Of((long)Math.Round(LatencyCode.Ms((byte)code))));
    }

    [Fact]
    public void EveryReason_IsAFailure_AndThoseWithACodeComeBack()
    {
        foreach (var reason in Enum.GetValues<FailureReason>().Where(reason => reason != FailureReason.CheckError))
        {
            var code = ResultCode.Of(Verdict.Down(reason, FailureKind.Definite));
            Assert.True(ResultCode.IsFailure(code) && !ResultCode.IsUp(code));
            Assert.Equal(code == ResultCode.Failed ? null : reason, ResultCode.ReasonOf(code));
        }
        Assert.Equal(ResultCode.NotJudged, ResultCode.Of(Verdict.Down(FailureReason.CheckError, FailureKind.NotJudged)));
        Assert.Equal(ResultCode.Degraded, ResultCode.Of(Verdict.Degraded(200, TimeSpan.FromMilliseconds(3), "x")));
        Assert.Equal(42, ResultCode.Of(Verdict.Up(200, TimeSpan.FromMilliseconds(42))));
    }

    [Fact]
    public void Sketch_OfParts_IsThatOfTheWhole() => Gen.Select(Codes.Array[0, 200], Codes.Array[0, 200]).Sample((one, other) =>
    {
        var merged = Of(one);
        merged.Add(LatencySketch.Decode(Of(other).Encode()));
        return merged.Encode().AsSpan().SequenceEqual(Of([.. one, .. other]).Encode());
    });

    [Fact]
    public void Percentile_IsWithinTheAccuracyOfTheTrueOne() => Gen.Select(Gen.Int[0, LatencyCode.Longest].Array[1, 300], Gen.Double[0, 1]).Sample((samples, share) =>
    {
        var truth = samples.Order().ElementAt(Math.Clamp((int)Math.Ceiling(share * samples.Length), 1, samples.Length) - 1);
        var found = Of([.. samples.Select(ms => LatencyCode.Of(ms))]).Percentile(share)!.Value;
        return Math.Abs(found - truth) <= truth * LatencyCode.Accuracy;
    });

    [Fact]
    public void Percentile_OfNothing_IsNone() => Assert.Null(new LatencySketch().Percentile(0.5));

    [Fact]
    public void Chunk_GivesBackItsResults() => Chunks.Sample(chunk =>
        Chunk.Decode(Chunk.Encode(chunk.Points, chunk.Start, chunk.Interval), chunk.Start).SequenceEqual(chunk.Points));

    [Fact]
    public void Chunk_OfSteadyChecks_TakesTwoBytesEach()
    {
        var points = Enumerable.Range(0, 60).Select(n => new ResultPoint(1_000_000 + n * 300, 20)).ToList();
        Assert.InRange(Chunk.Encode(points, 1_000_000, 300).Length, 120, 124);
    }

    [Fact]
    public void Chunk_MergedWithAPartOfItself_IsItself() => Gen.Select(Chunks, Gen.Int[0, 60], Gen.Int[0, 60]).Sample((chunk, skip, take) =>
    {
        var whole = Chunk.Merge(chunk.Points, []);
        return Chunk.Merge(whole, [.. chunk.Points.Skip(skip).Take(take)]).SequenceEqual(whole);
    });

    [Theory]
    [InlineData("")]
    [InlineData("02")]
    [InlineData("01")]
    [InlineData("0180")]
    [InlineData("01ac0214")]
    public void DamagedChunk_IsRefused(string hex) => Assert.Throws<InvalidDataException>(() => Chunk.Decode(Convert.FromHexString(hex), 0));

    // It ends too early; goes on; never ends; and has a code that is none.
    [Theory]
    [InlineData("84")]
    [InlineData("847000")]
    [InlineData("00000000000000000000")]
    [InlineData("804520")]
    public void DamagedSketch_IsRefused(string hex) => Assert.Throws<InvalidDataException>(() => LatencySketch.Decode(Convert.FromHexString(hex)));

    [Fact]
    public void Sketch_OfADay_TakesAboutAByteACode()
    {
        var random = new Random(1);
        byte[] codes = [.. Enumerable.Range(0, 2880).Select(_ => LatencyCode.Of((long)(120 * Math.Exp(0.3 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))))];
        Assert.InRange(Of(codes).Encode().Length, 1, 1.2 * codes.Distinct().Count());
        Assert.Equal([0x84, 0x70], Of([3]).Encode());
        Assert.Empty(Of([]).Encode());
    }

    private static LatencySketch Of(byte[] codes)
    {
        var sketch = new LatencySketch();
        foreach (var code in codes)
            sketch.Add(code);
        return sketch;
    }
}
