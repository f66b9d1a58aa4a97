using System.Text.Json;
using System.Text.Json.Serialization;

namespace QrPlatform.Ingestion.Receiving;

/// <summary>The answer to a request that was received: <c>Received = Accepted + Duplicates + Rejected.Count</c>.</summary>
internal sealed record EventsAnswer(Guid BatchId, int Received, int Accepted, int Duplicates, IReadOnlyList<RejectedAnswer> Rejected)
{
    public static EventsAnswer Of(Guid batchId, EventBatch batch) => new(
        batchId,
        batch.Received,
        batch.Accepted.Count,
        batch.Duplicates,
        batch.Rejected.ConvertAll(rejected => new RejectedAnswer(rejected.Index, rejected.EventId, rejected.Errors)));
}

/// <summary>A refused event of the request.</summary>
internal sealed record RejectedAnswer(int Index, string? EventId, IReadOnlyList<EventError> Errors);

/// <summary>The same as a problem, where nothing was acceptable.</summary>
internal sealed record NothingAcceptable(string Type, string Title, int Status, Guid BatchId, int Received, int Accepted, int Duplicates, IReadOnlyList<RejectedAnswer> Rejected)
{
    public static NothingAcceptable Of(EventsAnswer answer) => new(
        "https://tools.ietf.org/html/rfc4918#section-11.2",
        "No event of the request is acceptable.",
        StatusCodes.Status422UnprocessableEntity,
        answer.BatchId,
        answer.Received,
        answer.Accepted,
        answer.Duplicates,
        answer.Rejected);
}

/// <summary>Writes answers without reflection.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(EventsAnswer))]
[JsonSerializable(typeof(NothingAcceptable))]
internal sealed partial class EventsAnswerJson : JsonSerializerContext;
