using System.Security.Cryptography;
using System.Text.Json;
using QrPlatform.Contracts.Scans;
using QrPlatform.Enrichment.Pipeline;
using QrPlatform.Enrichment.Tenants;
using QrPlatform.Keys;

namespace QrPlatform.Enrichment.Scans;

/// <summary>Opens the sealed events of a batch.</summary>
internal sealed class BatchReader(KeyDirectory keys, TenantDirectory tenants)
{
    /// <summary>The batch's events; or, as one piece, why it cannot be read.</summary>
    public async ValueTask<OpenedBatch> OpenAsync(ReceivedBatch batch, CancellationToken cancellationToken)
    {
        if (batch.Accepted == 0) return new OpenedBatch(batch, [], null);
        if (await tenants.FindAsync(batch.TenantId, cancellationToken) is not { } tenant) return new OpenedBatch(batch, [], EndReason.UnknownTenant);
        if (Read(batch) is not { } events || events.Count != batch.Accepted) return new OpenedBatch(batch, [], EndReason.Unreadable);

        var drafts = new ScanDraft[events.Count];
        for (var i = 0; i < drafts.Length; i++)
        {
            drafts[i] = new ScanDraft
            {
                Source = events[i],
                Tenant = tenant,
                BatchId = batch.BatchId,
                ReceivedAt = batch.ReceivedAt.ToUniversalTime(),
                CanonicalJson = JsonSerializer.SerializeToUtf8Bytes(events[i], ScanEventJson.Default.ScanEvent),
            };
        }

        return new OpenedBatch(batch, drafts, null);
    }

    /// <summary>A copy of an event for the quarantine, sealed as it came.</summary>
    public QuarantinedEvent Quarantine(ReceivedBatch batch, ScanDraft draft)
    {
        var key = keys.Find(KeyPurposes.Transit, batch.TransitKeyId)
            ?? throw new InvalidOperationException($"The transit key '{batch.TransitKeyId}' vanished while its batch was processed.");
        return new QuarantinedEvent
        {
            // What neither text nor jsonb can keep is what may have brought the event here.
            EventId = draft.Source.EventId.Replace('\0', '\uFFFD'),
            Reason = draft.End!.Value.Slug(),
            TransitKeyId = batch.TransitKeyId,
            SealedEvent = SealedBox.Seal(key, draft.CanonicalJson, AssociatedData(batch)),
        };
    }

    /// <summary>The whole batch as it came, where its events cannot be told apart.</summary>
    public static QuarantinedEvent QuarantineWhole(ReceivedBatch batch, EndReason reason) => new()
    {
        EventId = $"batch:{batch.BatchId:N}",
        Reason = reason.Slug(),
        TransitKeyId = batch.TransitKeyId,
        SealedEvent = batch.SealedEvents,
    };

    private List<ScanEvent>? Read(ReceivedBatch batch)
    {
        try
        {
            return keys.Find(KeyPurposes.Transit, batch.TransitKeyId) is { } key
                ? JsonSerializer.Deserialize(SealedBox.Open(key, batch.SealedEvents, AssociatedData(batch)), ScanEventJson.Default.ListScanEvent)
                : null;
        }
        catch (Exception exception) when (exception is CryptographicException or JsonException or ArgumentException)
        {
            // Another key or another batch's events, not JSON, or no name of a key at all.
            return null;
        }
    }

    private static byte[] AssociatedData(ReceivedBatch batch) => batch.BatchId.ToByteArray(bigEndian: true);
}

/// <summary>A batch and its events.</summary>
/// <param name="Batch">As it came.</param>
/// <param name="Drafts">Its events; none where it could not be read.</param>
/// <param name="Whole">Why the batch is quarantined as a whole; null where it is not.</param>
internal sealed record OpenedBatch(ReceivedBatch Batch, IReadOnlyList<ScanDraft> Drafts, EndReason? Whole);
