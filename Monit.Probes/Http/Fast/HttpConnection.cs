using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;
using Monit.Probes.Network;
using Monit.Probes.Runs;

namespace Monit.Probes.Http.Fast;

/// <summary>One connection to a target: sends a GET, reads the head of the response and a bounded part of its body.</summary>
/// <exception cref="InvalidDataException">The response is not valid HTTP/1.</exception>
/// <exception cref="IOException">The connection was closed or reset.</exception>
internal sealed class HttpConnection(Stream stream, long now) : IDisposable
{
    private const int MaxHead = 64 * 1024;
    private const int MaxChunkLine = 16 * 1024;
    private const int Small = 4 * 1024;
    private const int Large = 16 * 1024;

    // Thousands of checks run at once; the shared pool keeps only dozens of buffers per size.
    private static readonly ArrayPool<byte> Buffers = ArrayPool<byte>.Create(MaxHead, maxArraysPerBucket: 2048);

    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private bool _listening;
    private bool _reused;

    /// <summary>The monotonic timestamp at which it was opened.</summary>
    public long Opened { get; } = now;
    /// <summary>The monotonic timestamp at which it was last used.</summary>
    public long Used { get; private set; } = now;

    public ResponseHead Head { get; private set; }

    /// <summary>
    /// Sends a GET and reads the head of its response. False if a reused connection was closed, or received data, while it
    /// was idle: it must be discarded and the request sent on another connection.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> TryGetAsync(HttpTarget target, ProbeRun run)
    {
        var ct = run.Token;
        var request = WriteRequest(target);
        (_start, _end) = (request, request);
        // Reading before writing detects, without an extra system call, an idle connection that was closed or received data.
        _listening = true;
        var answer = stream.ReadAsync(_buffer.AsMemory(request), ct);
        var early = answer.IsCompleted;
        try
        {
            if (!(early && _reused))
                await stream.WriteAsync(_buffer.AsMemory(0, request), ct);
            if (!Received(await answer) && !_reused)
                throw BrokenOff();
        }
        catch (IOException) when (_reused && !ct.IsCancellationRequested)
        {
            return false;
        }
        if (_reused && (early || _start == _end))
            return false;
        run.Clock.Enter(Phase.Transfer);
        // The limit holds for all interim responses and the final one together.
        var limit = MaxHead;
        do
            limit = await ReadHeadAsync(limit, ct);
        while (Head.IsInterim);
        return true;
    }

    /// <summary>Reads the body up to <paramref name="cap"/> bytes. True if the connection can be reused.</summary>
    public async ValueTask<bool> DrainAsync(int cap, CancellationToken ct)
    {
        if (Head.Chunked && Head.HasBody)
            return await DrainChunksAsync(cap, ct) && IsReusable;
        if (Head.HasBody && Head.Length is null)
        {
            for (long left = cap; left > 0 && (_end > _start || await TryFillAsync(ct));)
                left -= Take(left);
            return false;
        }
        var length = Head.HasBody ? Head.Length.GetValueOrDefault() : 0;
        await SkipAsync(Math.Min(length, cap), ct);
        return length <= cap && IsReusable;
    }

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

    private int WriteRequest(HttpTarget target)
    {
        var path = target.Path.Span;
        var end = target.Origin.RequestEnd;
        (_start, _end) = (0, 0);
        // Leaves room for the beginning of the response.
        Resize(Math.Max(Small, 1024 + path.Length + end.Length));
        "GET "u8.CopyTo(_buffer);
        var length = 4 + Encoding.ASCII.GetBytes(path, _buffer.AsSpan(4));
        end.CopyTo(_buffer, length);
        return length + end.Length;
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
            if (EndOfHead(received) is > 0 and var length)
            {
                _start += length;
                Head = ResponseHead.Parse(received[..length]);
                return limit - length;
            }
            if (received.Length >= limit)
                throw new InvalidDataException("The head of the response is too long.");
            await FillAsync(ct);
        }
    }

    private static int EndOfHead(ReadOnlySpan<byte> received)
    {
        var (crlf, lf) = (received.IndexOf("\n\r\n"u8), received.IndexOf("\n\n"u8));
        return crlf >= 0 && (lf < 0 || crlf < lf) ? crlf + 3 : lf >= 0 ? lf + 2 : 0;
    }

    private async ValueTask<bool> DrainChunksAsync(long left, CancellationToken ct)
    {
        while (true)
        {
            var size = ChunkSize((await ReadLineAsync(MaxChunkLine, ct)).Span);
            if (size == 0)
                break;
            await SkipAsync(Math.Min(size, left), ct);
            left -= Math.Min(size, left);
            if (left == 0)
                return false;
            if (!(await ReadLineAsync(MaxChunkLine, ct)).IsEmpty)
                throw new InvalidDataException("A chunk is longer than it says.");
        }
        // Trailer fields.
        for (var limit = MaxHead; await ReadLineAsync(limit, ct) is { IsEmpty: false } line;)
        {
            ResponseHead.NameOf(line.Span);
            limit -= line.Length;
        }
        return true;
    }

    private static long ChunkSize(ReadOnlySpan<byte> line)
    {
        var digits = line.IndexOfAnyExcept(HexDigits) is >= 0 and var end ? line[..end] : line;
        var extension = line[digits.Length..].TrimStart(" \t"u8);
        if ((extension.IsEmpty || extension[0] == ';') && Utf8Parser.TryParse(digits, out long size, out _, 'x') && size >= 0)
            return size;
        throw new InvalidDataException("A chunk has no size.");
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadLineAsync(int limit, CancellationToken ct)
    {
        while (true)
        {
            var received = _buffer.AsMemory(_start, _end - _start);
            if (received.Span.IndexOf((byte)'\n') is >= 0 and var end)
            {
                _start += end + 1;
                return received[..end].TrimEnd((byte)'\r');
            }
            if (received.Length >= limit)
                throw new InvalidDataException("A line of the body is too long.");
            await FillAsync(ct);
        }
    }

    private async ValueTask SkipAsync(long bytes, CancellationToken ct)
    {
        for (bytes -= Take(bytes); bytes > 0; bytes -= Take(bytes))
        {
            if (bytes > _buffer.Length)
                Resize(Large);
            await FillAsync(ct);
        }
    }

    private int Take(long limit)
    {
        var taken = (int)Math.Min(limit, _end - _start);
        _start += taken;
        return taken;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FillAsync(CancellationToken ct)
    {
        if (!await TryFillAsync(ct))
            throw BrokenOff();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> TryFillAsync(CancellationToken ct)
    {
        if (_start == _end)
            (_start, _end) = (0, 0);
        if (_end == _buffer.Length)
            Resize(_start > 0 ? _buffer.Length : _buffer.Length * 4);
        _listening = true;
        return Received(await stream.ReadAsync(_buffer.AsMemory(_end), ct));
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
