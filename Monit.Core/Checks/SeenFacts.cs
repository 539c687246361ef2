using System.Text;
using Monit.Core.Checks.Assertions;

namespace Monit.Core.Checks;

/// <summary>What assertions may look at, from what a probe saw.</summary>
internal static class SeenFacts
{
    /// <param name="at">When the check began.</param>
    public static Facts Of(in Observation seen, DateTimeOffset at)
    {
        var answer = seen.Answer;
        return new Facts
        {
            Status = seen.HttpStatus,
            Headers = answer is null ? Facts.NoHeaders : answer.Headers.GroupBy(header => header.Key, StringComparer.OrdinalIgnoreCase)
                .ToDictionary(group => group.Key, IReadOnlyList<string> (group) => [.. group.Select(header => header.Value)], StringComparer.OrdinalIgnoreCase),
            Body = answer is { IsWhole: true } ? Encoding.UTF8.GetString(answer.Body.Span) : null,
            BodyProblem = answer is { IsWhole: false } ? "not all of the body was read" : null,
            Phases = seen.Phases,
            Total = seen.Total,
            CertDays = seen.Peer?.Chain?.DaysLeft(at),
            Ip = seen.Peer?.Address?.ToString(),
        };
    }
}
