using Monit.Core.Checks.Answers;
using Monit.Core.Checks.Assertions;

namespace Monit.Core.Checks;

/// <summary>What assertions may look at, from what a probe saw.</summary>
internal static class SeenFacts
{
    /// <param name="at">When the check began.</param>
    public static Facts Of(in Observation seen, DateTimeOffset at)
    {
        var answer = seen.Answer;
        var body = answer is null ? default : BodyOf(answer);
        return new Facts
        {
            Status = seen.HttpStatus,
            Headers = answer is null ? Facts.NoHeaders : answer.Headers.GroupBy(header => header.Key, StringComparer.OrdinalIgnoreCase)
                .ToDictionary(group => group.Key, IReadOnlyList<string> (group) => [.. group.Select(header => header.Value)], StringComparer.OrdinalIgnoreCase),
            BodyBytes = answer is not null && body.Problem is null ? body.Bytes : null,
            BodyProblem = body.Problem,
            Phases = seen.Phases,
            Total = seen.Total,
            CertDays = seen.Peer?.Chain?.DaysLeft(at),
            Ip = seen.Peer?.Address?.ToString(),
        };
    }

    /// <summary>The body with its content codings undone, as far as it was read.</summary>
    public static DecodedBody BodyOf(Answer answer)
    {
        var decoded = ContentCoding.Decode(answer.Body, answer.Headers
            .Where(header => header.Key.Equals("Content-Encoding", StringComparison.OrdinalIgnoreCase)).Select(header => header.Value), answer.IsWhole);
        return answer.IsWhole ? decoded : decoded with
        {
            Problem = answer.IsCut ? "the body is longer than 1 MiB" : "not all of the body came in time",
        };
    }
}
