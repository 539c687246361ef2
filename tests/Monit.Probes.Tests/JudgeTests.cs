using Monit.Core.Checks;

namespace Monit.Probes.Tests;

public sealed class JudgeTests
{
    private static Verdict Of(Observation seen, int expected = 200, TimeSpan? latency = null) =>
        Judge.Of(new CheckConfig(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(10), expected, latency, "http://example.org/"), seen, DateTimeOffset.UnixEpoch).Verdict;

    private static Observation Answer(int? status, int ms = 20, Failure? failure = null) => new(failure, status, TimeSpan.FromMilliseconds(ms), default);

    [Fact]
    public void ExpectedStatus_IsUp() => Assert.Equal(Verdict.Up(204, TimeSpan.FromMilliseconds(20)), Of(Answer(204), expected: 204));

    [Fact]
    public void OtherStatus_IsDefinite() =>
        Assert.Equal(Verdict.Down(FailureReason.UnexpectedStatus, FailureKind.Definite, 503, TimeSpan.FromMilliseconds(20), "expected status 200, got 503"), Of(Answer(503)));

    [Theory]
    [InlineData(100, false)]
    [InlineData(101, true)]
    public void Latency_MayReachItsThreshold(int ms, bool fails) =>
        Assert.Equal(fails ? FailureReason.LatencyExceeded : null, Of(Answer(200, ms), latency: TimeSpan.FromMilliseconds(100)).Reason);

    [Fact]
    public void Status_CountsBeforeLatency() =>
        Assert.Equal(FailureReason.UnexpectedStatus, Of(Answer(500, 200), latency: TimeSpan.FromMilliseconds(100)).Reason);

    [Fact]
    public void AnswerWithoutAStatus_IsJudgedByLatencyAlone()
    {
        Assert.True(Of(Answer(null)).Success);
        Assert.Equal(FailureReason.LatencyExceeded, Of(Answer(null), latency: TimeSpan.FromMilliseconds(1)).Reason);
    }

    [Fact]
    public void NoAnswer_HasNoLatency() =>
        Assert.Equal(Verdict.Down(FailureReason.Timeout, FailureKind.Retryable), Of(Answer(null, failure: new Failure(FailureReason.Timeout, FailureKind.Retryable))));

    [Fact]
    public void FailureWithAnAnswer_KeepsItsStatusAndLatency() =>
        Assert.Equal(Verdict.Down(FailureReason.TooManyRedirects, FailureKind.Definite, 302, TimeSpan.FromMilliseconds(20)),
            Of(Answer(302, failure: new Failure(FailureReason.TooManyRedirects, FailureKind.Definite)), expected: 302));
}
