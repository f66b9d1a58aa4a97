using System.Text.Json.Serialization;

namespace QrPlatform.ErasedPersons;

/// <summary>
/// Who is to be erased, and what the steps have found out so far. It exists in memory and sealed under the case's key only
/// (<see cref="CaseSecret"/>).
/// </summary>
/// <remarks>Data class: personal. Never logged.</remarks>
public sealed record ErasedPerson
{
    /// <summary>The source's id of the visitor.</summary>
    public required string VisitorId { get; init; }

    /// <summary>The subject's record, which was also the id of its data key; null for somebody nothing is known of.</summary>
    public Guid? SubjectId { get; init; }

    /// <summary>The subject's pseudonym.</summary>
    public Guid? Pseudonym { get; init; }

    /// <summary>The subject's data key, which is nowhere else any more: the sessions are read with it.</summary>
    public byte[]? DataKey { get; init; }

    /// <summary>The source's ids of sessions in which only this person was.</summary>
    public IReadOnlyList<string> SessionIds { get; init; } = [];

    /// <summary>The streams of those sessions.</summary>
    public IReadOnlyList<string> SessionStreams { get; init; } = [];

    /// <summary>The subjects of events of those sessions that named no visitor.</summary>
    public IReadOnlyList<Guid> SessionSubjects { get; init; } = [];
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ErasedPerson))]
internal sealed partial class ErasedPersonJson : JsonSerializerContext;
