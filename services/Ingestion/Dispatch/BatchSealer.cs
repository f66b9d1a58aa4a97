using System.Diagnostics;
using System.Text.Json;
using QrPlatform.Contracts.Scans;
using QrPlatform.Ingestion.Quarantine;
using QrPlatform.Ingestion.Receiving;
using QrPlatform.Keys;

namespace QrPlatform.Ingestion.Dispatch;

/// <summary>Seals a request's events under the day's transit key, so that neither the broker nor the quarantine holds personal data in clear.</summary>
internal sealed class BatchSealer(KeyDirectory keys)
{
    /// <summary>Bytes of a rejected event that are kept.</summary>
    public const int MaxCopyBytes = 16 * 1024;

    /// <summary>
    /// One request is one batch and one part of one message, however large: parts that are confirmed one by one could leave half a request
    /// behind a 503.
    /// </summary>
    public SealedBatch Seal(string tenantId, string source, Guid batchId, DateTimeOffset receivedAt, EventBatch batch)
    {
        var keyId = KeyPurposes.TransitKeyId(receivedAt);
        var key = keys.GetOrCreate(KeyPurposes.Transit, keyId);
        var bound = batchId.ToByteArray(bigEndian: true);
        var events = batch.Accepted.Count == 0
            ? []
            : SealedBox.Seal(key, JsonSerializer.SerializeToUtf8Bytes(batch.Accepted, ScanEventJson.Default.ListScanEvent), bound);
        var received = new ReceivedBatch
        {
            BatchId = batchId,
            TenantId = tenantId,
            Source = source,
            ReceivedAt = receivedAt,
            Received = batch.Received,
            Duplicates = batch.Duplicates,
            Rejected = batch.Rejected.Count,
            Accepted = batch.Accepted.Count,
            TraceParent = Activity.Current is { Recorded: true, IdFormat: ActivityIdFormat.W3C } request ? request.Id : null,
            TransitKeyId = batch.Accepted.Count == 0 ? "" : keyId,
            SealedEvents = events,
        };
        return new SealedBatch(received, batch.Rejected.ConvertAll(rejected => Copy(rejected)));

        RejectedCopy Copy(RejectedEvent rejected) => new()
        {
            BatchId = batchId,
            TenantId = tenantId,
            Source = source,
            ReceivedAt = receivedAt,
            Index = rejected.Index,
            EventId = rejected.EventId,
            Reasons = [.. rejected.Errors.Select(error => $"{error.Code} {error.Path}")],
            TransitKeyId = keyId,
            SealedEvent = SealedBox.Seal(key, rejected.Raw.Span[..Math.Min(rejected.Raw.Length, MaxCopyBytes)], bound),
            IsCut = rejected.Raw.Length > MaxCopyBytes,
        };
    }
}
