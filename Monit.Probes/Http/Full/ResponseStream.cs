using System.Buffers;
using Monit.Probes.Http.Wire;

namespace Monit.Probes.Http.Full;

/// <summary>
/// What .NET's client reads of a connection: responses without the header lines and trailer fields that it refuses though
/// nothing depends on them, and no more of each than <see cref="HttpProbe.HeadCap"/> and <see cref="BodyCap"/>,
/// framing included. One request at a time.
/// </summary>
/// <exception cref="InvalidDataException">The response is not valid HTTP/1.</exception>
/// <exception cref="BodyCapException">The client wants more of a body than the cap.</exception>
internal sealed class ResponseStream(Stream connection) : Stream, IResponseSource
{
    private readonly ArrayBufferWriter<byte> _cleaned = new();
    private int _handedOut;
    private byte[] _head = [];
    private int _headLength;
    private ResponseBody _body;
    // Of head or body, within the cap.
    private int _left;
    private bool _isToHead;
    private volatile Part _part;

    private enum Part
    {
        /// <summary>Between two responses: what comes here is no answer, and the client's to judge.</summary>
        None,
        Head,
        Body,
        /// <summary>The connection must not be used again.</summary>
        Over,
    }

    private int BodyCap { get; set; } = HttpProbe.BodyCap;

    public bool IsOpen { get; private set; } = true;
    public bool IsUntouched { get; private set; }

    public void Begin(int bodyCap) => (BodyCap, IsUntouched) = (bodyCap, true);

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default)
    {
        while (_handedOut == _cleaned.WrittenCount)
        {
            if (_part == Part.Over)
                return 0;
            // What came with the head, once that is handed out: the client may not want it.
            if (_part == Part.Body && _headLength > 0)
            {
                _cleaned.Write(_head.AsSpan(0, ReadBody(_head.AsSpan(0, _headLength))));
                _headLength = 0;
                continue;
            }
            if (_part == Part.Body && _left == 0)
                throw new BodyCapException();
            var received = await connection.ReadAsync(buffer, ct);
            // A read without room only waits.
            if (buffer.IsEmpty)
                return 0;
            IsUntouched &= received == 0;
            // Asked for now: the client begins to read before it sends a request.
            switch (_part)
            {
                case Part.Head when received > 0:
                    ReadHead(buffer.Span[..received]);
                    break;
                case Part.Head when _headLength > 0:
                    // The client has its own words for a connection that ends here.
                    _cleaned.Write(_head.AsSpan(0, _headLength));
                    (_headLength, _part) = (0, Part.None);
                    break;
                case Part.Body when received > 0:
                    if (ReadBody(buffer.Span[..received]) is > 0 and var kept)
                        return kept;
                    break;
                default:
                    return received;
            }
        }
        return HandOut(buffer.Span);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken ct = default)
    {
        if (_part == Part.None)
        {
            _left = HttpProbe.HeadCap;
            _isToHead = buffer.Span.StartsWith("HEAD "u8);
            _part = Part.Head;
        }
        return connection.WriteAsync(buffer, ct);
    }

    private int HandOut(Span<byte> buffer)
    {
        var cleaned = _cleaned.WrittenSpan[_handedOut..];
        cleaned = cleaned[..Math.Min(cleaned.Length, buffer.Length)];
        cleaned.CopyTo(buffer);
        _handedOut += cleaned.Length;
        if (_handedOut == _cleaned.WrittenCount)
        {
            _cleaned.ResetWrittenCount();
            _handedOut = 0;
        }
        return cleaned.Length;
    }

    private void ReadHead(ReadOnlySpan<byte> received)
    {
        if (_head.Length < _headLength + received.Length)
            Array.Resize(ref _head, Math.Max(2 * _head.Length, _headLength + received.Length));
        received.CopyTo(_head.AsSpan(_headLength));
        var rest = _head.AsSpan(0, _headLength + received.Length);
        // Of interim responses, and the final one.
        while (_part == Part.Head)
        {
            if (rest.IndexOf((byte)'\n') is >= 0 and var line)
                ResponseHead.ParseStatusLine(rest[..line].TrimEnd((byte)'\r'));
            if (ResponseHead.LengthOf(rest) is not (> 0 and var length) || length > _left)
                break;
            var head = ResponseHead.Parse(rest[..length]);
            ResponseHead.WriteWithoutOddLines(rest[..length], _cleaned);
            rest = rest[length..];
            _left -= length;
            if (!head.IsInterim)
                (_body, _left, _part) = (new ResponseBody(head, _isToHead), BodyCap, Part.Body);
        }
        if (_part == Part.Head && rest.Length >= _left)
            throw new InvalidDataException("The head of the response is too long.");
        if (_part == Part.Body && _body.HasEnded && rest.IsEmpty)
            _part = Part.None;
        rest.CopyTo(_head);
        _headLength = rest.Length;
    }

    // Moves what the client may see to the front, and returns how much it is.
    private int ReadBody(Span<byte> received)
    {
        received = received[..Math.Min(received.Length, _left)];
        _left -= received.Length;
        var (read, kept) = (0, 0);
        while (read < received.Length && !_body.HasEnded)
        {
            var inTrailers = _body.IsInTrailers;
            read += _body.Read(received[read..]);
            if (!inTrailers)
                kept = read;
            else if (_body.HasEnded)
                received[kept++] = (byte)'\n';
        }
        if (!_body.HasEnded)
            return kept;
        _part = _body.HasTrailers ? Part.Over : Part.None;
        received[read..].CopyTo(received[kept..]);
        return kept + received.Length - read;
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        IsOpen = false;
        connection.Dispose();
    }

    public override void Flush() { }
    public override Task FlushAsync(CancellationToken ct) => Task.CompletedTask;
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
