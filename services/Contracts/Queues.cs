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

    /// <summary><see cref="Erasure.EraseEvents"/>, from privacy-compliance to enrichment.</summary>
    public const string EnrichmentEraseEvents = "enrichment-erase-events";

    /// <summary><see cref="Erasure.EraseQuarantine"/>, from privacy-compliance to ingestion.</summary>
    public const string IngestionEraseQuarantine = "ingestion-erase-quarantine";

    /// <summary><see cref="Erasure.EraseReadModels"/>, from privacy-compliance to projection.</summary>
    public const string ProjectionEraseReadModels = "projection-erase-read-models";

    /// <summary><see cref="Erasure.EraseCache"/>, from privacy-compliance to reporting.</summary>
    public const string ReportingEraseCache = "reporting-erase-cache";

    /// <summary><see cref="Erasure.ErasureReport"/>, from the owners of stores to privacy-compliance.</summary>
    public const string PrivacyErasureReports = "privacy-erasure-reports";
}
