using System.IO.Compression;

namespace Monit.Core.Checks.Answers;

/// <summary>
/// .NET's streams end alike whether the compressed data does or not. So a byte that belongs to no stream follows the body: if it
/// is used, the data did not end before it.
/// </summary>
internal sealed class DeflateInflater : IInflater
{
    private readonly Source _source;
    private readonly Stream _stream;

    public DeflateInflater(ReadOnlyMemory<byte> body, bool isGzip)
    {
        _source = new Source(body);
        _stream = isGzip ? new GZipStream(_source, CompressionMode.Decompress)
            : IsZlib(body.Span) ? new ZLibStream(_source, CompressionMode.Decompress)
            : new DeflateStream(_source, CompressionMode.Decompress);
    }

    public (int Made, InflaterEnd End) Read(Span<byte> buffer)
    {
        try
        {
            var made = _stream.Read(buffer);
            // Only a gzip stream that has ended looks for another one behind it.
            if (_source.IsMoreWanted || (_source.IsUsed && (made > 0 || _stream is not GZipStream)))
                return (0, InflaterEnd.Cut);
            return (made, made > 0 ? InflaterEnd.None : InflaterEnd.Whole);
        }
        catch (InvalidDataException)
        {
            return (0, _source.IsUsed ? InflaterEnd.Cut : InflaterEnd.Invalid);
        }
    }

    public void Dispose() => _stream.Dispose();

    // RFC 1950: the method, the window, no dictionary, and a multiple of 31.
    private static bool IsZlib(ReadOnlySpan<byte> body) =>
        body is [var first, var second, ..] && (first & 0x0f) == 8 && first >> 4 <= 7 && (second & 0x20) == 0 && ((first << 8) | second) % 31 == 0;

    private sealed class Source(ReadOnlyMemory<byte> body) : Stream
    {
        /// <summary>Whether the byte after the body was handed out, which the stream does to look for more.</summary>
        public bool IsUsed { get; private set; }

        /// <summary>Whether more was asked for after it.</summary>
        public bool IsMoreWanted { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            if (body.IsEmpty)
            {
                IsMoreWanted = IsUsed;
                if (IsUsed)
                    return 0;
                IsUsed = true;
                buffer[0] = 0xff;
                return 1;
            }
            var length = Math.Min(buffer.Length, body.Length);
            body.Span[..length].CopyTo(buffer);
            body = body[length..];
            return length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush()
        {
        }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
