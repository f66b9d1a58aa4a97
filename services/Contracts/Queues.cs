namespace QrPlatform.Contracts;

/// <summary>
/// Names of the queues between services. A publisher declares the queue that it publishes to, the consumer listens on the same name,
/// so neither has to start first.
/// </summary>
public static class Queues
{
    /// <summary><see cref="Scans.ScansReceived"/>, from ingestion to enrichment.</summary>
    public const string EnrichmentScansReceived = "enrichment-scans-received";

    /// <summary><see cref="Scans.ScansProcessed"/>, from enrichment to ingestion.</summary>
    public const string IngestionScansProcessed = "ingestion-scans-processed";
}
