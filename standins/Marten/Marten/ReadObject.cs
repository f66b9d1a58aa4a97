using System.Text.Json;
using System.Text.Json.Serialization;

namespace Marten;

/// <summary>Reads what is declared as <see cref="object"/>, such as a header, as the plain value that it is, like real Marten.</summary>
internal sealed class ReadObject : JsonConverter<object>
{
    public override object? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.Number => reader.TryGetInt64(out var whole) ? (object)whole : reader.GetDouble(),
        JsonTokenType.String => reader.TryGetDateTime(out var time) ? (object)time : reader.GetString(),
        _ => JsonElement.ParseValue(ref reader)
    };

    public override void Write(Utf8JsonWriter writer, object value, JsonSerializerOptions options) =>
        throw new InvalidOperationException("These options only read.");
}
