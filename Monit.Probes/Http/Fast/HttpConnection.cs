using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using Monit.Core.Checks;
using Monit.Core.Checks.Answers;
using Monit.Probes.Http.Wire;
using Monit.Probes.Network;
using Monit.Probes.Runs;

namespace Monit.Probes.Http.Fast;

/// <summary>One connection to a target: sends a GET, reads the head of the response and a bounded part of its body.</summary>
/// <exception cref="InvalidDataException">The response is not valid HTTP/1.</exception>
/// <exception cref="IOException">The connection was closed or reset.</exception>
internal sealed class HttpConnection(Stream stream, Peer peer, long now) : IDisposable
{
    private const int Small = 4 * 1024;
    private const int Large = 16 * 1024;

    // Thousands of checks run at once; the shared pool keeps only dozens of buffers per size.
    private static readonly ArrayPool<byte> Buffers = ArrayPool<byte>.Create(HttpProbe.HeadCap, maxArraysPerBucket: 2048);

    private byte[] _buffer = [];
    private int _start;
    private int _end;
    // Of the final head, which ends where the unread bytes begin until more is read.
    private int _headLength;
    private bool _listening;
    private bool _reused;

    /// <summary>The monotonic timestamp at which it was opened.</summary>
    public long Opened { get; } = now;
    /// <summary>The monotonic timestamp at which it was last used.</summary>
    public long Used { get; private set; } = now;

    public Peer Peer { get; } = peer;

    public ResponseHead Head { get; private set; }

    /// <summary>Whether the body has been read to its end.</summary>
    public bool IsWhole { get; private set; }
    /// <summary>Whether it has not because it is longer than what is read.</summary>
    public bool IsCut { get; private set; }

    /// <summary>
    /// Sends a GET and reads the head of its response. False if a reused connection was closed, or received data, while it
    /// was idle: it must be discarded and the request sent on another connection.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> TryGetAsync(HttpTarget target, string? cookies, ProbeRun run)
    {
        var ct = run.Token;
        var request = WriteRequest(target, cookies);
        (_start, _end, IsWhole, IsCut) = (request, request, false, false);
        // Reading before writing detects, without an extra system call, an idle connection that was closed or received data.
        _listening = true;
        var answer = stream.ReadAsync(_buffer.AsMemory(request), ct);
        var (early, isSent) = (answer.IsCompleted, false);
        try
        {
            if (!(early && _reused))
                await stream.WriteAsync(_buffer.AsMemory(0, request), ct);
            isSent = true;
            if (!Received(await answer) && !_reused)
                throw BrokenOff();
        }
        catch (IOException) when (_reused && !ct.IsCancellationRequested)
        {
            return false;
        }
        catch (IOException) when (!isSent)
        {
            // The server's last words say more than that it is gone: TLS 1.3's alert, for want of a client certificate.
            await answer;
            throw;
        }
        if (_reused && (early || _start == _end))
            return false;
        run.Clock.Enter(Phase.Transfer);
        // The limit holds for all interim responses and the final one together.
        var limit = HttpProbe.HeadCap;
        do
            limit = await ReadHeadAsync(limit, ct);
        while (Head.IsInterim);
        return true;
    }

    /// <summary>Begins to keep the response whose head has just been read.</summary>
    public AnswerRecorder Record(string url, AnswerNeed need, ProbeRun run)
    {
        var head = _buffer.AsSpan(_start - _headLength, _headLength);
        return new AnswerRecorder(url, ResponseHead.VersionOf(head), ResponseHead.HeadersOf(head), need, run);
    }

    /// <summary>Reads the body, up to the cap and <see cref="HttpProbe.BodyTime"/>. True if the connection can be reused.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> DrainAsync(CheckConfig spec, ProbeRun run, int cap, AnswerRecorder? recorder)
    {
        var body = new ResponseBody(Head, recorder: recorder);
        try
        {
            for (var (left, limited) = (cap, false); ;)
            {
                left -= Read(ref body, left);
                if (body.HasEnded)
                {
                    IsWhole = true;
                    return IsReusable && !body.HasTrailers;
                }
                if (left == 0)
                {
                    IsCut = true;
                    return false;
                }
                if (!limited)
                    run.Limit(HttpProbe.BodyTime(spec));
                limited = true;
                if (body.Expected > _buffer.Length)
                    Resize(Large);
                if (!await TryFillAsync(left, run.Token))
                {
                    IsWhole = body.EndsWithConnection;
                    return IsWhole ? false : throw BrokenOff();
                }
            }
        }
        catch (OperationCanceledException) when (run.HasTimedOut)
        {
            return false;
        }
    }

    /// <summary>Whether the connection can be reused though no body is read: there is none.</summary>
    public bool IsDrained => IsReusable && new ResponseBody(Head).HasEnded;

    /// <summary>Marks the connection as idle and returns its buffer to the pool until the next request.</summary>
    /// <param name="since">The monotonic timestamp.</param>
    public void MarkIdle(long since)
    {
        (Used, _reused) = (since, true);
        ReturnBuffer();
    }

    public void Dispose()
    {
        stream.Dispose();
        ReturnBuffer();
    }

    // Bytes beyond the end of the response belong to no request.
    private bool IsReusable => Head.KeepsAlive && Head.Status != 101 && _start == _end;

    private int WriteRequest(HttpTarget target, string? cookies)
    {
        var path = target.Path.Span;
        var end = target.Origin.RequestEnd.AsSpan();
        (_start, _end) = (0, 0);
        // Leaves room for the beginning of the response.
        Resize(Math.Max(Small, 1024 + path.Length + end.Length + (cookies?.Length ?? 0)));
        "GET "u8.CopyTo(_buffer);
        var length = 4 + Encoding.ASCII.GetBytes(path, _buffer.AsSpan(4));
        end.CopyTo(_buffer.AsSpan(length));
        length += end.Length;
        if (cookies is null)
            return length;
        // In place of the empty line.
        length -= 2;
        "Cookie: "u8.CopyTo(_buffer.AsSpan(length));
        length += 8 + Encoding.Latin1.GetBytes(cookies, _buffer.AsSpan(length + 8));
        "\r\n\r\n"u8.CopyTo(_buffer.AsSpan(length));
        return length + 4;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadHeadAsync(int limit, CancellationToken ct)
    {
        for (var checkedLine = false; ;)
        {
            var received = _buffer.AsSpan(_start, _end - _start);
            if (!checkedLine && received.IndexOf((byte)'\n') is >= 0 and var line)
            {
                ResponseHead.ParseStatusLine(received[..line].TrimEnd((byte)'\r'));
                checkedLine = true;
            }
            if (ResponseHead.LengthOf(received) is > 0 and var length && length <= limit)
            {
                _start += length;
                _headLength = length;
                Head = ResponseHead.Parse(received[..length]);
                return limit - length;
            }
            if (received.Length >= limit)
                throw new InvalidDataException("The head of the response is too long.");
            if (!await TryFillAsync(int.MaxValue, ct))
                throw BrokenOff();
        }
    }

    private int Read(ref ResponseBody body, int limit)
    {
        var before = _start;
        while (_start < _end && _start - before < limit && !body.HasEnded)
            _start += body.Read(_buffer.AsSpan(_start, Math.Min(limit - (_start - before), _end - _start)));
        return _start - before;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> TryFillAsync(int limit, CancellationToken ct)
    {
        if (_start == _end)
            (_start, _end) = (0, 0);
        if (_end == _buffer.Length)
            Resize(_start > 0 ? _buffer.Length : _buffer.Length * 4);
        _listening = true;
        return Received(await stream.ReadAsync(_buffer.AsMemory(_end, Math.Min(limit, _buffer.Length - _end)), ct));
    }

    private bool Received(int bytes)
    {
        _listening = false;
        _end += bytes;
        return bytes > 0;
    }

    private static EndOfStreamException BrokenOff() => new("The target closed the connection before the end of the response.");

    // Moves the unread bytes to the front of a buffer of at least that size.
    private void Resize(int size)
    {
        var unread = _buffer.AsSpan(_start, _end - _start);
        var larger = size > _buffer.Length ? Buffers.Rent(size) : _buffer;
        unread.CopyTo(larger);
        (_start, _end) = (0, unread.Length);
        if (larger != _buffer)
            ReturnBuffer(larger);
    }

    private void ReturnBuffer(byte[]? instead = null)
    {
        // A read that was cancelled may still write into its buffer, so that buffer must not return to the pool.
        if (_buffer.Length > 0 && !_listening)
            Buffers.Return(_buffer);
        _buffer = instead ?? [];
    }
}
