using System.Text.Json;
using System.Text.Unicode;
using QrPlatform.Contracts.Scans;

namespace QrPlatform.Ingestion.Receiving;

/// <summary>An event that was refused for what it is, with the bytes that it came as. The bytes are personal data.</summary>
internal readonly record struct RejectedEvent(int Index, string? EventId, IReadOnlyList<EventError> Errors, ReadOnlyMemory<byte> Raw);

/// <summary>More events than a request may bring.</summary>
internal sealed class TooManyEventsException() : Exception($"A request may bring at most {EventBatch.MaxEvents} events.");

/// <summary>The events of one request, sorted into accepted, duplicate and rejected ones.</summary>
internal sealed class EventBatch
{
    /// <summary>Events in one request.</summary>
    public const int MaxEvents = 10_000;

    // Beyond it the body as a whole is refused; an event's own limit, JsonValues.MaxDepth, refuses that event only.
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 1024 };

    private readonly ReadOnlyMemory<byte> _body;
    private readonly DateTimeOffset _receivedAt;
    private readonly EventErrors _errors = new();
    private HashSet<string>? _ids;

    private EventBatch(ReadOnlyMemory<byte> body, DateTimeOffset receivedAt)
    {
        _body = body;
        _receivedAt = receivedAt;
    }

    /// <summary>Events to publish, in the order of the request.</summary>
    public List<ScanEvent> Accepted { get; } = [];

    /// <summary>Events whose id an earlier accepted one of the request has.</summary>
    public int Duplicates { get; private set; }

    /// <summary>Events refused, in the order of the request.</summary>
    public List<RejectedEvent> Rejected { get; } = [];

    /// <summary>Events in the request.</summary>
    public int Received { get; private set; }

    /// <summary>Reads one event or an array of events.</summary>
    /// <exception cref="JsonException">The body is not JSON.</exception>
    /// <exception cref="TooManyEventsException">The body holds more than <see cref="MaxEvents"/>.</exception>
    public static EventBatch FromJson(ReadOnlyMemory<byte> body, DateTimeOffset receivedAt)
    {
        var batch = new EventBatch(body, receivedAt);
        CheckEncoding(body.Span);
        var json = new Utf8JsonReader(body.Span, ReaderOptions);
        json.Read();
        if (json.TokenType == JsonTokenType.StartArray)
        {
            while (json.Read() && json.TokenType != JsonTokenType.EndArray) batch.ReadEntry(ref json);
        }
        else batch.ReadEntry(ref json);

        // Throws for anything behind the end.
        json.Read();
        return batch;
    }

    /// <summary>Reads one event per line; blank lines don't count. A malformed line is one rejected event.</summary>
    /// <exception cref="TooManyEventsException">The body holds more than <see cref="MaxEvents"/>.</exception>
    public static EventBatch FromLines(ReadOnlyMemory<byte> body, DateTimeOffset receivedAt)
    {
        var batch = new EventBatch(body, receivedAt);
        while (!body.IsEmpty)
        {
            var end = body.Span.IndexOf((byte)'\n');
            var line = end < 0 ? body : body[..end];
            body = end < 0 ? default : body[(end + 1)..];
            if (line.Span.ContainsAnyExcept(" \t\r"u8)) batch.ReadLine(line);
        }

        return batch;
    }

    private void ReadLine(ReadOnlyMemory<byte> line)
    {
        ScanEvent? read = null;
        string? eventId = null;
        try
        {
            CheckEncoding(line.Span);
            var json = new Utf8JsonReader(line.Span, ReaderOptions);
            json.Read();
            read = ReadOne(ref json, out eventId);
            json.Read();
        }
        catch (JsonException exception)
        {
            _errors.Take();
            _errors.Add("$", EventErrorCodes.MalformedJson, $"The line is not JSON: {MalformedBody.Describe(exception)}");
            read = null;
        }

        Sort(read, eventId, line);
    }

    private void ReadEntry(ref Utf8JsonReader json)
    {
        var start = (int)json.TokenStartIndex;
        var read = ReadOne(ref json, out var eventId);
        Sort(read, eventId, read is null ? _body[start..(int)json.BytesConsumed] : default);
    }

    private ScanEvent? ReadOne(ref Utf8JsonReader json, out string? eventId)
    {
        if (json.TokenType == JsonTokenType.StartObject) return EventReader.Read(ref json, _errors, _receivedAt, out eventId);
        eventId = null;
        _errors.Add("$", EventErrorCodes.NotAnObject, "An event must be a JSON object.");
        JsonValues.SkipValue(ref json, _errors);
        return null;
    }

    private void Sort(ScanEvent? read, string? eventId, ReadOnlyMemory<byte> raw)
    {
        if (Received == MaxEvents) throw new TooManyEventsException();
        var index = Received++;
        if (read is null)
        {
            Rejected.Add(new RejectedEvent(index, eventId, _errors.Take(), raw));
            return;
        }

        _ids ??= new HashSet<string>(StringComparer.Ordinal);
        if (_ids.Add(read.EventId)) Accepted.Add(read);
        else Duplicates++;
    }

    // The reader checks a string's encoding only where somebody asks for the string.
    private static void CheckEncoding(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("\uFEFF"u8)) throw new JsonException("A byte order mark is not allowed; send plain UTF-8.", null, 0, 0);
        if (Utf8.IsValid(text)) return;
        MalformedBody.ThrowAtInvalidUtf8(text);
    }
}
