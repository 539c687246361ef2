using System.Buffers;
using System.IO.Compression;

namespace Monit.Core.Checks.Answers;

internal sealed class BrotliInflater(ReadOnlyMemory<byte> body) : IInflater
{
    private BrotliDecoder _decoder;

    public (int Made, InflaterEnd End) Read(Span<byte> buffer)
    {
        var status = _decoder.Decompress(body.Span, buffer, out var used, out var made);
        body = body[used..];
        return (made, status switch
        {
            OperationStatus.DestinationTooSmall => InflaterEnd.None,
            OperationStatus.Done => InflaterEnd.Whole,
            OperationStatus.NeedMoreData => InflaterEnd.Cut,
            _ => InflaterEnd.Invalid,
        });
    }

    public void Dispose() => _decoder.Dispose();
}
