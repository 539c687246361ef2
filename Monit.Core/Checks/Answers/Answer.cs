namespace Monit.Core.Checks.Answers;

/// <summary>
/// What an HTTP check received, kept if it is to be judged or shown. Hostile: nothing of it may be trusted, or shown as it is.
/// </summary>
public sealed class Answer
{
    /// <summary>Of the last response, after redirects.</summary>
    public required string Url { get; init; }

    /// <summary>Such as <c>1.1</c>.</summary>
    public required string HttpVersion { get; init; }

    /// <summary>Those of one name in the order in which they came; each byte of a value as the character of the same number.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    /// <summary>Without transfer coding, but with its content coding (gzip); as far as it was read.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Whether <see cref="Body"/> is all of it.</summary>
    public bool IsWhole { get; init; } = true;

    /// <summary>Whether the rest was left unread because a check reads no more; otherwise it did not come in time.</summary>
    public bool IsCut { get; init; }
}
