using System.Text.Json;
using QrPlatform.Contracts.Scans;
using QrPlatform.Keys;

namespace QrPlatform.Enrichment.Tests.Scans;

/// <summary>Batches as the door makes them.</summary>
internal static class Batches
{
    public static readonly DateTimeOffset ReceivedAt = new(2025, 11, 4, 12, 40, 0, TimeSpan.Zero);

    public static ReceivedBatch Of(KeyDirectory keys, string tenant, params IReadOnlyList<ScanEvent> events)
    {
        var id = Guid.NewGuid();
        var keyId = KeyPurposes.TransitKeyId(ReceivedAt);
        return new ReceivedBatch
        {
            BatchId = id,
            TenantId = tenant,
            Source = "api",
            ReceivedAt = ReceivedAt,
            Received = events.Count,
            Duplicates = 0,
            Rejected = 0,
            Accepted = events.Count,
            TransitKeyId = keyId,
            SealedEvents = SealedBox.Seal(
                keys.GetOrCreate(KeyPurposes.Transit, keyId),
                JsonSerializer.SerializeToUtf8Bytes([.. events], ScanEventJson.Default.ListScanEvent),
                id.ToByteArray(bigEndian: true)),
        };
    }

    public static ScansReceived Message(params IReadOnlyList<ReceivedBatch> batches) => new() { Batches = batches };
}
