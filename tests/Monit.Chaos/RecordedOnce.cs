using Monit.Core.History;
using Monit.Core.Monitors;

namespace Monit.Chaos;

/// <summary>Compares what the targets saw with what is recorded.</summary>
/// <param name="Recorded">Checks recorded.</param>
/// <param name="Excused">Requests that are not recorded, and were under way at the fault, given back or too late.</param>
/// <param name="Lost">Others that are not recorded.</param>
/// <param name="Doubled">Records that no request explains, of kinds that need one: of a check that was recorded twice, or never made.</param>
/// <param name="Unknown">Gaps between results that no span accounts for, and spans that a result contradicts or no gap explains.</param>
/// <param name="Example">One of what should not be.</param>
internal sealed record RecordedOnce(int Recorded, int Excused, int Lost, int Doubled, int Unknown, string Example)
{
    // The clock of a claim runs ahead by as long as the call had to wait for Redis.
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(1.5);
    // Times are kept to a tenth.
    private static readonly TimeSpan Tenth = TimeSpan.FromMilliseconds(100);

    public bool Holds => Lost + Doubled + Unknown == 0;

    /// <param name="requests">Of each monitor, in order.</param>
    /// <param name="timeout">The time-out of a check: a request comes no later than that after its check has begun.</param>
    /// <param name="blows">When checks that were under way may have been lost, Unix ms; for each, a monitor may lose <paramref name="perBlow"/> of them.</param>
    /// <param name="notCompleted">Checks that Monit says it has not completed, perhaps after they had reached their target.</param>
    /// <param name="range">What is compared, Unix ms: checks that may have begun before it or may end after it are not counted.</param>
    public static RecordedOnce Check(
        ILookup<int, Request> requests, IReadOnlyList<Guid> ids, History history, TimeSpan interval, TimeSpan timeout,
        IReadOnlyList<(long From, long To)> blows, int perBlow, long notCompleted, (long From, long To) range)
    {
        var (recorded, excused, lost, doubled, unknown, example) = (0, 0, 0, 0, 0, "");
        var edge = (long)(timeout + Ahead).TotalMilliseconds;
        bool Counts(long at) => at >= range.From + edge && at < range.To - edge;
        for (var monitor = 0; monitor < ids.Count; monitor++)
        {
            var (seen, points) = (requests[monitor].ToList(), history.Results[monitor]);
            var (missing, more) = Match(seen, points, timeout);
            recorded += points.Count(point => Counts(point.At * 100));
            // One that was given up by Monit itself has no result.
            foreach (var own in missing.Where(request => Counts(request.At) && !request.IsGone).GroupBy(request => Blow(blows, request.At)))
            {
                var allowed = own.Key < 0 ? 0 : Math.Min(perBlow, own.Count());
                excused += allowed;
                lost += own.Count() - allowed;
                if (own.Count() > allowed)
                    example = $"{ids[monitor]} was requested at {string.Join(", ", own.Select(request => request.At - range.From))} ms, which is not recorded";
            }
            foreach (var point in more.Where(point => Counts(point.At * 100) && NeedsRequest(point.Code)))
            {
                doubled++;
                example = $"{ids[monitor]} has a result {point.Code} of {point.At * 100 - range.From} ms, which nobody requested";
            }
            foreach (var what in Unaccounted(ids[monitor], points.Where(point => Counts(point.At * 100)).ToList(), [.. history.Unknown[ids[monitor]]], interval))
            {
                unknown++;
                example = $"{ids[monitor]}: {what}";
            }
        }
        var spared = (int)Math.Min(lost, notCompleted);
        return new RecordedOnce(recorded, excused + spared, lost - spared, doubled, unknown, example);
    }

    // Both in order of time, and a monitor has one check at a time: the first that may belong together do.
    private static (List<Request> Missing, List<ResultPoint> More) Match(List<Request> requests, IReadOnlyList<ResultPoint> points, TimeSpan timeout)
    {
        var (missing, more, r, p) = (new List<Request>(), new List<ResultPoint>(), 0, 0);
        while (r < requests.Count || p < points.Count)
        {
            var after = r == requests.Count ? double.MaxValue : p == points.Count ? double.MinValue : requests[r].At - points[p].At * 100;
            if (after < -Ahead.TotalMilliseconds || after < 0 && !Fits(requests[r], points[p]))
                missing.Add(requests[r++]);
            else if (after > (timeout + Tenth).TotalMilliseconds || !Fits(requests[r], points[p]))
                more.Add(points[p++]);
            else
                (r, p) = (r + 1, p + 1);
        }
        return (missing, more);
    }

    private static bool Fits(Request request, ResultPoint point) =>
        ResultCode.IsUp(point.Code) ? request.Ok : point.Code != ResultCode.UnexpectedStatus || !request.Ok;

    // A check that could not connect, or gave up, may have been seen by nobody.
    private static bool NeedsRequest(byte code) => ResultCode.IsUp(code) || code is ResultCode.UnexpectedStatus or ResultCode.AssertionFailed or ResultCode.LatencyExceeded or ResultCode.Degraded;

    private static int Blow(IReadOnlyList<(long From, long To)> blows, long at)
    {
        for (var n = 0; n < blows.Count; n++)
            if (at >= blows[n].From && at <= blows[n].To)
                return n;
        return -1;
    }

    // Only after good results: what follows a failure may be due later.
    private static IEnumerable<string> Unaccounted(Guid id, List<ResultPoint> points, List<Span> unknown, TimeSpan interval)
    {
        foreach (var (one, next) in points.Zip(points.Skip(1)))
        {
            var due = DateTimeOffset.FromUnixTimeMilliseconds(Cadence.Next(id, one.At * 100 + 99, interval));
            var gap = new Span(due, Tenths.ToTime(next.At));
            var has = unknown.Exists(span => span.From <= gap.From + Tenth && span.To >= gap.To - Tenth);
            if (ResultCode.IsUp(one.Code) && gap.Length >= Gaps.Intervals * interval && !has)
                yield return $"{gap.Length.TotalSeconds:F1} s from {gap.From:O} on are not known, and not said to be";
            if (gap.Length < Gaps.Intervals * interval - Tenth && one.Code != ResultCode.NotJudged && unknown.Exists(span => span.Within(new Span(Tenths.ToTime(one.At), gap.To)).Length > Tenth))
                yield return $"{gap.Length.TotalSeconds:F1} s from {gap.From:O} on are said to be unknown";
        }
        foreach (var span in unknown.Where(span => points.Exists(point => Tenths.ToTime(point.At) > span.From + Tenth && Tenths.ToTime(point.At) < span.To - Tenth && point.Code != ResultCode.NotJudged)))
            yield return $"a check within what is unknown, {span.From:O} to {span.To:O}";
    }
}
