using QrPlatform.Contracts.Scans;
using QrPlatform.Enrichment.Pipeline;

namespace QrPlatform.Enrichment.Scans;

/// <summary>Counts what became of a batch's events.</summary>
internal sealed class BatchTally(ReceivedBatch batch)
{
    private readonly int[] _counts = new int[Enum.GetValues<ScanOutcome>().Length];
    private readonly List<QuarantinedEvent> _quarantine = [];

    public int this[ScanOutcome outcome] => _counts[(int)outcome];

    public void Count(ScanOutcome outcome, int events = 1) => _counts[(int)outcome] += events;

    public void Quarantine(QuarantinedEvent copy) => _quarantine.Add(copy);

    public ProcessedBatch ToProcessed() => new()
    {
        BatchId = batch.BatchId,
        TenantId = batch.TenantId,
        Source = batch.Source,
        ReceivedAt = batch.ReceivedAt,
        Received = batch.Received,
        Rejected = batch.Rejected,
        Stored = this[ScanOutcome.Stored],
        Duplicate = batch.Duplicates + this[ScanOutcome.Duplicate],
        Bot = this[ScanOutcome.Bot],
        ConsentDenied = this[ScanOutcome.ConsentDenied],
        Suppressed = this[ScanOutcome.Suppressed],
        Quarantined = this[ScanOutcome.Quarantined],
        Quarantine = _quarantine,
    };
}
