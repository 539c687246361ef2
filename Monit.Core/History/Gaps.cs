using Monit.Core.Monitors;

namespace Monit.Core.History;

/// <summary>
/// Finds the time of which nothing is known: from the first due time that stayed unanswered for two intervals to the next completed
/// check, and from a check that Monit could not judge to the next one.
/// </summary>
public static class Gaps
{
    /// <summary>How many intervals a due time must have stayed unanswered: a check is late, or lost, more often than Monit is away.</summary>
    public const int Intervals = 2;

    /// <summary>What is unknown between a result and the next one, in order of time.</summary>
    /// <param name="last">The last result before; null: there is none since <paramref name="lifeBegin"/>.</param>
    /// <param name="next">When the next check began; or now, to find what is unknown so far.</param>
    /// <param name="interval">The longest that the monitor had in between.</param>
    /// <param name="afterFailure">How much later the next check may be due after one that failed (<c>DecisionRules.LongestWait</c>); null: perhaps never.</param>
    /// <param name="paused">Its pauses, in any order; an open one reaches to the end of time. Each ends what was due before it.</param>
    public static IReadOnlyList<Span> Between(
        Guid monitor, ResultPoint? last, DateTimeOffset lifeBegin, DateTimeOffset next, TimeSpan interval, TimeSpan? afterFailure, IReadOnlyList<Span> paused)
    {
        var found = new List<Span>();
        if (last is { Code: ResultCode.NotJudged } unjudged)
        {
            Add(found, new Span(Tenths.ToTime(unjudged.At), next), TimeSpan.Zero);
            return found;
        }
        // A result stands for the beginning of its tenth of a second, in which the slot may be that it answers.
        var begin = last is { } at ? Tenths.ToTime(at.At + 1).AddMilliseconds(-1) : lifeBegin;
        var due = last is { } result && ResultCode.IsFailure(result.Code) ? Next(begin) + afterFailure : Next(begin);
        foreach (var pause in paused.Where(pause => pause.Length > TimeSpan.Zero && pause.To > begin && pause.From < next).OrderBy(pause => pause.From))
        {
            if (due is { } before)
                Add(found, new Span(before, pause.From), Intervals * interval);
            if (pause.To >= next)
                return found;
            begin = pause.To > begin ? pause.To : begin;
            due = Next(begin);
        }
        if (due is { } from)
            Add(found, new Span(from, next), Intervals * interval);
        return found;

        DateTimeOffset? Next(DateTimeOffset after) => DateTimeOffset.FromUnixTimeMilliseconds(Cadence.Next(monitor, after.ToUnixTimeMilliseconds(), interval));
    }

    /// <summary>What is unknown among the results that follow one, in order of time, up to the last of them; neighbours are one span. As <see cref="Between"/>.</summary>
    /// <param name="results">In order of time.</param>
    public static IReadOnlyList<Span> Among(
        Guid monitor, ResultPoint? last, DateTimeOffset lifeBegin, IEnumerable<ResultPoint> results, TimeSpan interval, TimeSpan? afterFailure, IReadOnlyList<Span> paused)
    {
        var found = new List<Span>();
        foreach (var result in results)
        {
            foreach (var gap in Between(monitor, last, lifeBegin, Tenths.ToTime(result.At), interval, afterFailure, paused))
            {
                if (found.Count > 0 && found[^1].To == gap.From)
                    found[^1] = new Span(found[^1].From, gap.To);
                else
                    found.Add(gap);
            }
            last = result;
        }
        return found;
    }

    private static void Add(List<Span> found, Span gap, TimeSpan least)
    {
        if (gap.Length > TimeSpan.Zero && gap.Length >= least)
            found.Add(gap);
    }
}
