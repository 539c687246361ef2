namespace Monit.Probes.Http.Full;

/// <summary>
/// A connection that speaks HTTP/2, of which no more is read for a request than the caps for head and body together, whatever the
/// frames are for: so floods of them (CONTINUATION, PING, SETTINGS, padding) end. What is left is for the time between two
/// requests. At most one request that is not safe is sent, and none after it.
/// </summary>
/// <exception cref="BodyCapException">More has come.</exception>
/// <exception cref="IOException">The client would send such a request again.</exception>
internal sealed class Http2Stream(Stream connection, bool isOnlyOnce) : Stream, IResponseSource
{
    // "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" and the head of a frame (RFC 9113, 3.4 and 4.1).
    private const int PrefaceLength = 24;
    private const int FrameHead = 9;
    private const byte HeadersFrame = 1;

    private readonly byte[] _frame = new byte[FrameHead];
    private int _frameLength;
    private int _skip = PrefaceLength;
    private int _requests;
    private int _left = HttpProbe.HeadCap + HttpProbe.BodyCap;

    public bool IsOpen { get; private set; } = true;
    public bool IsUntouched { get; private set; }

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public void Begin(int bodyCap)
    {
        IsUntouched = true;
        Volatile.Write(ref _left, HttpProbe.HeadCap + bodyCap);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default)
    {
        var read = await connection.ReadAsync(buffer, ct);
        IsUntouched &= read == 0;
        return Interlocked.Add(ref _left, -read) >= 0 ? read : throw new BodyCapException();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken ct = default)
    {
        if (isOnlyOnce)
            CountRequests(buffer.Span);
        return connection.WriteAsync(buffer, ct);
    }

    private void CountRequests(ReadOnlySpan<byte> written)
    {
        while (!written.IsEmpty)
        {
            if (_skip > 0)
            {
                var skipped = Math.Min(_skip, written.Length);
                _skip -= skipped;
                written = written[skipped..];
                continue;
            }
            _frame[_frameLength++] = written[0];
            written = written[1..];
            if (_frameLength < FrameHead)
                continue;
            (_frameLength, _skip) = (0, (_frame[0] << 16) | (_frame[1] << 8) | _frame[2]);
            if (_frame[3] == HeadersFrame && ++_requests > 1)
                throw new IOException("The request was refused, and is not sent again as it is not safe.");
        }
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
