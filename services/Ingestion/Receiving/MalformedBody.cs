using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace QrPlatform.Ingestion.Receiving;

/// <summary>Says where a body stops being JSON, without repeating any of it.</summary>
internal static class MalformedBody
{
    /// <summary>A sentence with line and byte, both counted from 1.</summary>
    public static string Describe(JsonException exception)
    {
        // The reader's own sentence quotes the body; only what follows from the position is passed on.
        var reason = exception.Message.Contains("maximum configured depth", StringComparison.Ordinal) ? "nested too deeply"
            : exception.Message.StartsWith("A byte order mark", StringComparison.Ordinal) || exception.Message.StartsWith("Not UTF-8", StringComparison.Ordinal) ? exception.Message.TrimEnd('.')
            : "unexpected byte or end";
        return FormattableString.Invariant($"{reason} at line {(exception.LineNumber ?? 0) + 1}, byte {(exception.BytePositionInLine ?? 0) + 1}.");
    }

    /// <summary>Throws for the first byte that is not UTF-8.</summary>
    [DoesNotReturn]
    public static void ThrowAtInvalidUtf8(ReadOnlySpan<byte> text)
    {
        var position = 0;
        while (Rune.DecodeFromUtf8(text[position..], out _, out var length) == OperationStatus.Done) position += length;
        var line = text[..position].Count((byte)'\n');
        throw new JsonException("Not UTF-8", null, line, position - (text[..position].LastIndexOf((byte)'\n') + 1));
    }
}
