using Monit.Alerts.Channels;
using Monit.Core.Checks;
using Monit.Core.Incidents;
using Monit.Core.Monitors;

namespace Monit.IntegrationTests.Alerts;

public sealed class WordsTests
{
    [Theory]
    [InlineData(0.4, "less than a second")]
    [InlineData(59, "59 s")]
    [InlineData(3600, "1 h")]
    [InlineData(3723, "1 h 2 min")]
    [InlineData(90_061, "1 d 1 h")]
    [InlineData(86_401, "1 d")]
    public void Duration_ShowsItsTwoLargestUnits(double seconds, string expected) =>
        Assert.Equal(expected, Words.Duration(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Reason_HasWordsForEvery_AndKeepsWhatItDoesNotKnow()
    {
        foreach (var reason in Enum.GetValues<FailureReason>())
            Assert.StartsWith($"{reason.ToWire()}: ", Of(reason.ToWire()), StringComparison.Ordinal);
        Assert.Equal("TIMEOUT: no complete answer in time", Of("TIMEOUT"));
        Assert.Equal("LATENCY_EXCEEDED: the answer took longer than 250 ms", Of("LATENCY_EXCEEDED"));
        Assert.Equal("NEWER_REASON", Of("NEWER_REASON"));
    }

    [Theory]
    [InlineData("a\r\nb", 10, "a  b")]
    [InlineData("abcdef", 4, "abc…")]
    [InlineData("ab😀cd", 4, "ab…")]
    [InlineData("a\0b\u2028c", 10, "a b c")]
    public void OneLine_HasNoBreaks_AndABound(string text, int maxLength, string expected) =>
        Assert.Equal(expected, OneLine.Of(text, maxLength));

    private static string Of(string reason)
    {
        var monitor = new UptimeMonitor
        {
            Id = Guid.Empty, UserId = Guid.Empty, Url = "https://a.example", IntervalSec = 60, TimeoutSec = 15,
            LatencyThresholdMs = 250, CreatedAt = default,
        };
        return Words.Reason(new MonitorIncident
        {
            Id = Guid.Empty, MonitorId = Guid.Empty, Reason = reason, StartTime = default, CreatedAt = default,
        }, monitor);
    }
}
