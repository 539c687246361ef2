using Monit.Api.Http;
using Monit.Core.History;
using Monit.Storage.History;

namespace Monit.Api.History;

/// <summary>Chooses the steps in which a range is counted.</summary>
internal static class StatsSteps
{
    private const int MaxBuckets = 1500;

    /// <summary>As many as a chart shows, where nobody asked for more.</summary>
    private const int ByDefault = 300;

    /// <param name="steps">Finest first.</param>
    /// <param name="asked">A name; null: choose.</param>
    /// <param name="finest">That is kept.</param>
    public static (string Name, TimeSpan Time) Choose(
        IReadOnlyList<(string Name, TimeSpan Time)> steps, string? asked, Span range, TimeSpan finest, FieldErrors errors)
    {
        var kept = steps.Where(step => step.Time >= finest).ToList();
        var chosen = asked is null ? kept.FirstOrDefault(step => Count(range, step.Time) <= ByDefault, kept[^1])
            : steps.First(step => step.Name == asked) is var named && named.Time < finest ? kept[0] : named;
        if (Count(range, chosen.Time) <= MaxBuckets)
            return chosen;
        if (Count(range, kept[^1].Time) > MaxBuckets)
            errors.Add("from", $"must be at most {MaxBuckets} days before to");
        else
            errors.Add("step", $"must be {string.Join(" or ", kept.Where(step => Count(range, step.Time) <= MaxBuckets).Select(step => step.Name))} for this range, so that it has at most {MaxBuckets} buckets");
        return chosen;
    }

    private static double Count(Span range, TimeSpan step) => StatsReader.Widened(range, step).Length / step;
}
