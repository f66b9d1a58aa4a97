namespace QrPlatform.Contracts.Scans;

/// <summary>
/// Accepted events on their way from the door (ingestion) to enrichment: the batches of one or several requests, together some
/// hundred events, because the broker's cost is per message. A request is never split, so that it is accepted whole or not at all:
/// a large one makes a message of its own, with up to 10,000 events.
/// </summary>
/// <remarks>Data class: personal, sealed. The clear members are counts and random identifiers.</remarks>
public sealed record ScansReceived
{
    /// <summary>The batches, each from one request.</summary>
    public required IReadOnlyList<ReceivedBatch> Batches { get; init; }
}

/// <summary>What one request brought: its counts, and its accepted events.</summary>
public sealed record ReceivedBatch
{
    /// <summary>Random id given at the door; also the answer's <c>batchId</c>. Processing is idempotent by it.</summary>
    public required Guid BatchId { get; init; }

    /// <summary>The tenant that the ingest key belongs to.</summary>
    public required string TenantId { get; init; }

    /// <summary>How it came: <c>api</c>, <c>webhook:{source}</c>, <c>import:{id}</c>.</summary>
    public required string Source { get; init; }

    /// <summary>When the request was read to its end. The ledger's hour is the hour of this instant.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Events in the request: accepted + duplicates + rejected.</summary>
    public required int Received { get; init; }

    /// <summary>Events whose id the door knew already (an earlier event of the same request).</summary>
    public required int Duplicates { get; init; }

    /// <summary>Events refused at the door for what they are.</summary>
    public required int Rejected { get; init; }

    /// <summary>Events in <see cref="SealedEvents"/>.</summary>
    public required int Accepted { get; init; }

    /// <summary>
    /// The request's place in its trace (W3C <c>traceparent</c>: random ids and a flag), so that what becomes of the batch can be followed from
    /// there, also after a redelivery; null where the trace is not recorded.
    /// </summary>
    public string? TraceParent { get; init; }

    /// <summary>
    /// The transit key that seals the events, or empty where nothing was accepted.
    /// </summary>
    public required string TransitKeyId { get; init; }

    /// <summary>
    /// A JSON array of <see cref="ScanEvent"/> in UTF-8, sealed with AES-256-GCM under the transit key (nonce, ciphertext, tag);
    /// the batch id's 16 bytes (big endian) are the associated data. Empty where nothing was accepted.
    /// </summary>
    public required byte[] SealedEvents { get; init; }
}
