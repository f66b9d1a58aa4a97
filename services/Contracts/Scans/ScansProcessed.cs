namespace QrPlatform.Contracts.Scans;

/// <summary>
/// The outcome of batches, from enrichment back to the door's ledger. Sent before <see cref="ScansReceived"/> is acknowledged, and
/// again after a redelivery, always with the same content for a batch.
/// </summary>
/// <remarks>Data class: none, but for the sealed copies of quarantined events.</remarks>
public sealed record ScansProcessed
{
    /// <summary>The batches, in the order of the message that brought them.</summary>
    public required IReadOnlyList<ProcessedBatch> Batches { get; init; }
}

/// <summary>
/// What became of one batch. <c>Stored + Duplicate + Bot + ConsentDenied + Suppressed + Quarantined</c> equals <c>Received - Rejected</c>.
/// </summary>
public sealed record ProcessedBatch
{
    /// <inheritdoc cref="ReceivedBatch.BatchId"/>
    public required Guid BatchId { get; init; }

    /// <inheritdoc cref="ReceivedBatch.TenantId"/>
    public required string TenantId { get; init; }

    /// <inheritdoc cref="ReceivedBatch.Source"/>
    public required string Source { get; init; }

    /// <inheritdoc cref="ReceivedBatch.ReceivedAt"/>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Events in the request, repeated from the batch, so that the ledger balances even if the door died before it noted its receipt.</summary>
    public required int Received { get; init; }

    /// <summary>Events refused at the door, repeated from the batch.</summary>
    public required int Rejected { get; init; }

    /// <summary>Events that were appended to the event store and are not a bot's.</summary>
    public required int Stored { get; init; }

    /// <summary>Events whose id was known: those the door found and those the event store found.</summary>
    public required int Duplicate { get; init; }

    /// <summary>Events appended with the bot mark.</summary>
    public required int Bot { get; init; }

    /// <summary>Events of visitors who did not consent: counted by code and hour only.</summary>
    public required int ConsentDenied { get; init; }

    /// <summary>Events of erased persons: not stored.</summary>
    public required int Suppressed { get; init; }

    /// <summary>Events that could not be processed: kept in quarantine.</summary>
    public required int Quarantined { get; init; }

    /// <summary>The quarantined events themselves, for the door to keep.</summary>
    public required IReadOnlyList<QuarantinedEvent> Quarantine { get; init; }
}

/// <summary>An accepted event that could not be processed.</summary>
public sealed record QuarantinedEvent
{
    /// <summary>The source's event id.</summary>
    public required string EventId { get; init; }

    /// <summary>A stable slug, such as <c>fx_rate_missing</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>The transit key that seals the copy.</summary>
    public required string TransitKeyId { get; init; }

    /// <summary>The event as JSON, sealed as in <see cref="ReceivedBatch.SealedEvents"/>.</summary>
    public required byte[] SealedEvent { get; init; }
}
