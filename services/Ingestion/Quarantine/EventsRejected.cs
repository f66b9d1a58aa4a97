namespace QrPlatform.Ingestion.Quarantine;

/// <summary>
/// Copies of events that the door refused, on their way into its own quarantine. They go through the broker, because the answer promises
/// that they are kept and the database may be away.
/// </summary>
/// <remarks>Data class: personal, sealed.</remarks>
public sealed record EventsRejected
{
    /// <summary>The door's own queue.</summary>
    public const string Queue = "ingestion-events-rejected";

    /// <summary>The copies, of one or several requests.</summary>
    public required IReadOnlyList<RejectedCopy> Events { get; init; }
}

/// <summary>One refused event.</summary>
public sealed record RejectedCopy
{
    /// <summary>The request that brought it.</summary>
    public required Guid BatchId { get; init; }

    /// <summary>The tenant that the ingest key belongs to.</summary>
    public required string TenantId { get; init; }

    /// <summary>How it came.</summary>
    public required string Source { get; init; }

    /// <summary>When the request was read to its end.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Its place in the request, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>The source's id, where that much could be read.</summary>
    public string? EventId { get; init; }

    /// <summary>Code and path of each error, such as <c>in_future $.timestamp</c>.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>The transit key that seals the copy.</summary>
    public required string TransitKeyId { get; init; }

    /// <summary>The bytes as they came, at most 16 KiB, sealed; the batch id's 16 bytes (big endian) are the associated data.</summary>
    public required byte[] SealedEvent { get; init; }

    /// <summary>Whether the copy holds the beginning only.</summary>
    public required bool IsCut { get; init; }
}
