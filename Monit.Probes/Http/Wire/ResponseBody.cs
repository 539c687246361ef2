namespace Monit.Probes.Http.Wire;

/// <summary>
/// Where the body of a response ends (RFC 9112), told from its bytes piece by piece as they come. Every byte is looked at;
/// a recorder keeps what it is given.
/// </summary>
internal struct ResponseBody
{
    private const int MaxChunkLine = 16 * 1024;

    private Part _part;
    // Of the body or the chunk.
    private long _left;
    private int _lineLength;
    private bool _hasDigits;
    private bool _hasTrailers;

    private readonly AnswerRecorder? _recorder;

    /// <param name="isToHead">Whether the request was a HEAD, whose response has no body whatever its head says.</param>
    /// <param name="recorder">Gets what is neither framing nor trailer fields.</param>
    public ResponseBody(in ResponseHead head, bool isToHead = false, AnswerRecorder? recorder = null)
    {
        _recorder = recorder;
        _part = isToHead || !head.HasBody || (head.Length == 0 && !head.Chunked) ? Part.End : head.Chunked ? Part.Size : Part.Data;
        EndsWithConnection = head.HasBody && !head.Chunked && head.Length is null;
        IsChunked = head.Chunked;
        _left = head.Chunked ? 0 : head.Length ?? long.MaxValue;
    }

    private enum Part
    {
        Data,
        Size,
        AfterSize,
        Extension,
        SizeLineEnd,
        DataEnd,
        DataLineEnd,
        Trailers,
        End,
    }

    /// <summary>Whether the end of the connection is the end of the body.</summary>
    public bool EndsWithConnection { get; }

    public readonly bool HasEnded => _part == Part.End;

    /// <summary>Whether only trailer fields are left.</summary>
    public readonly bool IsInTrailers => _part == Part.Trailers;

    /// <summary>Whether trailer fields were among it.</summary>
    public readonly bool HasTrailers => _hasTrailers;

    /// <summary>How many bytes are still to come, as far as is known.</summary>
    public readonly long Expected => _part == Part.Data && !EndsWithConnection ? _left : 0;

    private bool IsChunked { get; }

    /// <summary>Reads on; stops at the end, and before the trailer fields.</summary>
    /// <returns>How many of the bytes belong to what was read.</returns>
    /// <exception cref="InvalidDataException">The chunks are malformed.</exception>
    public int Read(ReadOnlySpan<byte> received)
    {
        if (IsInTrailers)
            return ReadTrailers(received);
        var rest = received;
        while (!rest.IsEmpty && _part is not (Part.End or Part.Trailers))
            rest = rest[(_part == Part.Data ? ReadData(rest) : ReadFraming(rest))..];
        return received.Length - rest.Length;
    }

    private int ReadData(ReadOnlySpan<byte> received)
    {
        var taken = (int)Math.Min(_left, received.Length);
        _recorder?.Add(received[..taken]);
        if (!EndsWithConnection && (_left -= taken) == 0)
            _part = IsChunked ? Part.DataEnd : Part.End;
        return taken;
    }

    private int ReadFraming(ReadOnlySpan<byte> received)
    {
        var taken = 1;
        switch (_part, received[0])
        {
            case (Part.Size, var digit) when char.IsAsciiHexDigit((char)digit):
                AddDigit(digit);
                break;
            case (Part.Size or Part.AfterSize, (byte)' ' or (byte)'\t') when _hasDigits:
                _part = Part.AfterSize;
                break;
            case (Part.Size or Part.AfterSize, (byte)';') when _hasDigits:
                _part = Part.Extension;
                break;
            case (Part.Size or Part.AfterSize, (byte)'\r') when _hasDigits:
                _part = Part.SizeLineEnd;
                break;
            case (Part.Size or Part.AfterSize or Part.SizeLineEnd, (byte)'\n') when _hasDigits:
                EndSizeLine();
                return taken;
            case (Part.Extension, _):
                var end = received.IndexOf((byte)'\n');
                taken = end < 0 ? received.Length : end + 1;
                if (end >= 0 && _lineLength + taken <= MaxChunkLine)
                {
                    EndSizeLine();
                    return taken;
                }
                break;
            case (Part.DataEnd, (byte)'\r'):
                _part = Part.DataLineEnd;
                return taken;
            case (Part.DataEnd or Part.DataLineEnd, (byte)'\n'):
                _part = Part.Size;
                return taken;
            case (Part.DataEnd or Part.DataLineEnd, _):
                throw new InvalidDataException("A chunk is longer than it says.");
            default:
                throw new InvalidDataException("A chunk has no size.");
        }
        _lineLength += taken;
        return _lineLength < MaxChunkLine ? taken : throw new InvalidDataException("A line of the body is too long.");
    }

    private void AddDigit(byte digit)
    {
        if (_left > long.MaxValue >> 4)
            throw new InvalidDataException("A chunk has no size.");
        _left = (_left << 4) | (uint)Convert.FromHexString([(char)'0', (char)digit])[0];
        _hasDigits = true;
    }

    private void EndSizeLine()
    {
        _part = _left == 0 ? Part.Trailers : Part.Data;
        (_lineLength, _hasDigits) = (0, false);
    }

    // What they say does not matter, and neither does whether they are well-formed: only the empty line ends them.
    private int ReadTrailers(ReadOnlySpan<byte> received)
    {
        for (var at = 0; at < received.Length; at++)
        {
            if (received[at] == '\n')
            {
                if (_lineLength == 0)
                {
                    _part = Part.End;
                    return at + 1;
                }
                _lineLength = 0;
            }
            else if (received[at] != '\r')
                (_lineLength, _hasTrailers) = (1, true);
        }
        return received.Length;
    }
}
