using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace QrPlatform.Requests;

/// <summary>Reads a small JSON body, whatever it is made of.</summary>
public static class RequestBody
{
    /// <summary>The body as a JSON object that the caller disposes of, or the answer to a body that is none.</summary>
    /// <param name="request">The request.</param>
    /// <param name="limit">Bytes that the body may have.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<(JsonDocument? Json, ProblemHttpResult? Refusal)> ReadObjectAsync(HttpRequest request, int limit, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType()) return (null, RequestProblems.NotJson());
        if (await ReadAsync(request, limit, cancellationToken) is not { } body) return (null, RequestProblems.TooLarge(limit));
        if (Fault(body) is { } fault) return (null, RequestProblems.Malformed(fault));
        var json = JsonDocument.Parse(body);
        if (json.RootElement.ValueKind == JsonValueKind.Object) return (json, null);
        json.Dispose();
        return (null, RequestProblems.Malformed("It is another JSON value."));
    }

    /// <summary>The body, or null where it is larger than <paramref name="limit"/>.</summary>
    public static async Task<byte[]?> ReadAsync(HttpRequest request, int limit, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit) return null;
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (buffer.Length + read > limit) return null;
            buffer.Write(chunk, 0, read);
        }

        return buffer.ToArray();
    }

    /// <summary>
    /// Why the bytes are not a JSON object, or null where they are. A document parses lazily: broken UTF-8 and half surrogate pairs are
    /// found here, not later in the middle of a query.
    /// </summary>
    public static string? Fault(byte[] body)
    {
        if (!System.Text.Unicode.Utf8.IsValid(body)) return "It is not UTF-8.";
        try
        {
            var reader = new Utf8JsonReader(body);
            while (reader.Read())
            {
                if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || !reader.ValueIsEscaped) continue;
                var text = Encoding.UTF8.GetString(reader.ValueSpan);
                if (!IsUnicode(text)) return "A text has half of a surrogate pair.";
            }
        }
        catch (JsonException exception)
        {
            return $"Line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}: it does not go on as JSON does.";
        }

        return null;
    }

    // The text still has its escapes.
    private static bool IsUnicode(string escaped)
    {
        var open = false;
        for (var i = 0; i < escaped.Length; i++)
        {
            var unit = 0;
            if (escaped[i] == '\\')
            {
                i++;
                if (escaped[i] == 'u')
                {
                    unit = Convert.ToInt32(escaped.Substring(i + 1, 4), 16);
                    i += 4;
                }
            }

            var low = unit is >= 0xDC00 and <= 0xDFFF;
            if (low != open) return false;
            open = unit is >= 0xD800 and <= 0xDBFF;
        }

        return !open;
    }
}
