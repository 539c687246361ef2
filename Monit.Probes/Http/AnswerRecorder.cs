using System.Buffers;
using Monit.Core.Checks.Answers;
using Monit.Probes.Runs;

namespace Monit.Probes.Http;

/// <summary>Keeps a response while it is read.</summary>
/// <param name="need">How much of the body is kept.</param>
/// <param name="run">Accounts for the memory of large bodies.</param>
internal sealed class AnswerRecorder(string url, string version, IReadOnlyList<KeyValuePair<string, string>> headers, AnswerNeed need, ProbeRun run)
{
    // As much as a connection's buffer takes, too.
    private const int Small = 16 * 1024;

    private readonly ArrayBufferWriter<byte> _body = new();
    private int _left = need == AnswerNeed.Whole ? int.MaxValue : AnswerNeeds.StartBytes;
    private bool _isCut;

    /// <summary>Adds a part of the body, without transfer coding.</summary>
    /// <exception cref="ExhaustedException">The bodies of all checks together take too much memory.</exception>
    public void Add(ReadOnlySpan<byte> part)
    {
        _isCut |= part.Length > _left;
        part = part[..Math.Min(part.Length, _left)];
        _left -= part.Length;
        if (_body.WrittenCount + part.Length is var length && length > _body.Capacity && length > Small)
            // It grows to twice its size.
            run.Hold(Math.Max(part.Length, _body.Capacity));
        _body.Write(part);
    }

    /// <param name="isWhole">Whether the body has been read to its end.</param>
    /// <param name="isCut">Whether it has not because it is longer than what is read.</param>
    public Answer End(bool isWhole, bool isCut) => new()
    {
        Url = url,
        HttpVersion = version,
        Headers = headers,
        Body = _body.WrittenMemory,
        IsWhole = isWhole && !_isCut,
        IsCut = isCut || _isCut,
    };
}
