using QrPlatform.Contracts.Scans;
using QrPlatform.Ingestion.Quarantine;

namespace QrPlatform.Ingestion.Dispatch;

/// <summary>What one request gives to the broker: its accepted events, and copies of its rejected ones; all of it sealed.</summary>
internal sealed record SealedBatch(ReceivedBatch Batch, IReadOnlyList<RejectedCopy> Copies);
