using System.Buffers;
using System.Text;
using System.Text.Json;

namespace QrPlatform.Reporting.Exports;

/// <summary>
/// Writes rows as CSV (RFC 4180): UTF-8, lines end with CRLF, a missing value is an empty field and an empty text is <c>""</c>. Numbers and
/// labels are written as the JSON of the same query has them. A text that a spreadsheet would run as a formula gets a leading apostrophe.
/// </summary>
internal sealed class CsvWriter(IBufferWriter<byte> output)
{
    private static readonly SearchValues<char> Special = SearchValues.Create(",\"\r\n");
    private static readonly SearchValues<char> Formula = SearchValues.Create("=+-@\t\r\n");

    /// <summary>The mark by which Excel knows UTF-8.</summary>
    public void ByteOrderMark() => output.Write("\uFEFF"u8);

    /// <summary>The header line.</summary>
    public void Header(IReadOnlyList<string> columns)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (i > 0) output.Write(","u8);
            Text(columns[i]);
        }

        output.Write("\r\n"u8);
    }

    /// <summary>One row, given as a JSON array of scalars; an array inside it becomes a text of JSON.</summary>
    public void Row(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        for (var first = true; reader.Read() && reader.TokenType != JsonTokenType.EndArray; first = false)
        {
            if (!first) output.Write(","u8);
            switch (reader.TokenType)
            {
                case JsonTokenType.Null:
                    break;
                case JsonTokenType.String:
                    Text(reader.GetString()!);
                    break;
                case JsonTokenType.StartArray or JsonTokenType.StartObject:
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    Text(Encoding.UTF8.GetString(json[start..(int)reader.BytesConsumed]));
                    break;
                default:
                    output.Write(reader.ValueSpan);
                    break;
            }
        }

        output.Write("\r\n"u8);
    }

    private void Text(string text)
    {
        var guarded = text.Length > 0 && Formula.Contains(text[0]) ? "'" + text : text;
        if (guarded.Length > 0 && !guarded.AsSpan().ContainsAny(Special) && guarded[0] != ' ' && guarded[^1] != ' ')
        {
            Encoding.UTF8.GetBytes(guarded, output);
            return;
        }

        output.Write("\""u8);
        Encoding.UTF8.GetBytes(guarded.Replace("\"", "\"\"", StringComparison.Ordinal), output);
        output.Write("\""u8);
    }
}
