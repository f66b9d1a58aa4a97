using System.Buffers;
using System.IO.Compression;
using Microsoft.Net.Http.Headers;

namespace QrPlatform.Ingestion.Receiving;

/// <summary>A request's body, decompressed, in one rented buffer.</summary>
internal sealed class RequestBody : IDisposable
{
    /// <summary>Bytes of a body after decompression, and before.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    private const int FirstCapacity = 16 * 1024;

    // .NET's gzip reader takes a stream that breaks off for one that ends, which would accept half of an NDJSON body. A member appended
    // here comes out at the end if, and only if, all before it were complete; their checksums are the reader's work.
    private static readonly byte[] Mark = "complete:f3a1c07e"u8.ToArray();
    private static readonly byte[] ZippedMark = Zip(Mark);

    private byte[] _buffer;
    private int _length;

    private RequestBody(int capacity) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>The body, until disposal.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>Reads it to its end, or to the limit: a bomb costs no more than that.</summary>
    /// <exception cref="RefusedRequestException">It is too large, badly compressed or compressed in an unknown way.</exception>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var zipped = IsZipped(request);
        if (request.ContentLength > MaxBytes) throw TooLarge();
        var body = await FillAsync(request.Body, (int?)request.ContentLength + 1, MaxBytes, cancellationToken);
        if (!zipped) return body;

        using (body) return await UnzipAsync(body, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    private static bool IsZipped(HttpRequest request) => request.Headers[HeaderNames.ContentEncoding].ToString().ToLowerInvariant() switch
    {
        "" or "identity" => false,
        "gzip" or "x-gzip" => true,
        _ => throw RefusedRequestException.Unsupported("Content-Encoding must be gzip or absent."),
    };

    private static async Task<RequestBody> UnzipAsync(RequestBody zipped, CancellationToken cancellationToken)
    {
        if (zipped._length == 0) throw NotGzip();
        zipped.Append(ZippedMark);
        await using var source = new GZipStream(new MemoryStream(zipped._buffer, 0, zipped._length), CompressionMode.Decompress);
        RequestBody body;
        try
        {
            body = await FillAsync(source, zipped._length * 4, MaxBytes + Mark.Length, cancellationToken);
        }
        catch (InvalidDataException)
        {
            throw NotGzip();
        }

        if (body.Bytes.Span.EndsWith(Mark))
        {
            body._length -= Mark.Length;
            return body;
        }

        body.Dispose();
        throw NotGzip();
    }

    private static async Task<RequestBody> FillAsync(Stream source, int? capacity, int limit, CancellationToken cancellationToken)
    {
        var body = new RequestBody(Math.Clamp(capacity ?? 0, FirstCapacity, limit + 1));
        try
        {
            while (true)
            {
                if (body._length == body._buffer.Length) body.Grow(body._length * 2);
                var read = await source.ReadAsync(body._buffer.AsMemory(body._length), cancellationToken);
                if (read == 0) return body;
                body._length += read;
                if (body._length > limit) throw TooLarge();
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private void Append(byte[] bytes)
    {
        if (_length + bytes.Length > _buffer.Length) Grow(_length + bytes.Length);
        bytes.CopyTo(_buffer, _length);
        _length += bytes.Length;
    }

    private void Grow(int capacity)
    {
        var larger = ArrayPool<byte>.Shared.Rent(capacity);
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private static byte[] Zip(byte[] bytes)
    {
        using var zipped = new MemoryStream();
        using (var zip = new GZipStream(zipped, CompressionLevel.Optimal)) zip.Write(bytes);
        return zipped.ToArray();
    }

    private static RefusedRequestException NotGzip() =>
        RefusedRequestException.Malformed("The body is not what its Content-Encoding says, or is cut off.");

    private static RefusedRequestException TooLarge() =>
        RefusedRequestException.TooLarge("A body may have at most 16 MiB after decompression.");
}
