using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using QrPlatform.Contracts.Scans;
using QrPlatform.Enrichment.EventStore;
using QrPlatform.Enrichment.Pipeline;
using QrPlatform.Events;
using QrPlatform.Keys;

namespace QrPlatform.Enrichment.Scans;

/// <summary>Makes what the event store keeps out of a draft that went through the steps: the one place where the API's events become stored ones.</summary>
internal sealed class StoredForm(KeyDirectory keys, EnrichmentPipeline pipeline, TimeProvider time)
{
    // Of no aggregate: what a stream is of can be read from its key, and Marten would look for a class behind any name given here.
    private const string? StreamType = null;

    private static readonly FrozenDictionary<ScanEventType, Type> Types = new Dictionary<ScanEventType, Type>
    {
        [ScanEventType.Scan] = typeof(ScanRecorded),
        [ScanEventType.Rescan] = typeof(RescanRecorded),
        [ScanEventType.LandingView] = typeof(LandingViewed),
        [ScanEventType.Engagement] = typeof(EngagementRecorded),
        [ScanEventType.Conversion] = typeof(ConversionRecorded),
        [ScanEventType.Lead] = typeof(LeadRecorded),
        [ScanEventType.Customer] = typeof(CustomerRecorded),
        [ScanEventType.Revenue] = typeof(RevenueRecorded),
        [ScanEventType.Refund] = typeof(RefundRecorded),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<Type, (string Stored, string DotNet)> Names =
        StoredEvents.Names.ToFrozenDictionary(name => name.Key, name => (name.Value, StoredEvents.DotNetTypeName(name.Key)));

    /// <summary>The event to append; null for one that is not stored.</summary>
    public ScanEventToAppend? Of(ScanDraft draft) => draft.End switch
    {
        null => Append(draft, Types[draft.Source.EventType], draft.StreamId!, JsonSerializer.SerializeToUtf8Bytes(Enriched(draft), StoredFormJson.Default.EnrichedEvent)),
        EndReason.ConsentDenied => Append(
            draft, typeof(UnconsentedEventCounted), UnconsentedStream(draft), JsonSerializer.SerializeToUtf8Bytes(Counted(draft), StoredFormJson.Default.UnconsentedEventCounted)),
        _ => null,
    };

    /// <summary>Keyed, so that nobody without the key can try contents out.</summary>
    public byte[] ContentHash(ScanDraft draft) =>
        HMACSHA256.HashData(keys.GetOrCreate(KeyPurposes.EventContent, draft.Tenant.TenantId), draft.CanonicalJson);

    private ScanEventToAppend Append(ScanDraft draft, Type type, string streamId, byte[] json)
    {
        var (stored, dotNet) = Names[type];
        return new ScanEventToAppend(
            draft.Tenant.TenantId, draft.Source.EventId, ContentHash(draft), streamId, StreamType, Guid.CreateVersion7(time.GetUtcNow()), stored, dotNet, json);
    }

    private EnrichedEvent Enriched(ScanDraft draft) => new()
    {
        EventId = draft.Source.EventId,
        OccurredAt = draft.Source.Timestamp.ToUniversalTime(),
        ReceivedAt = draft.ReceivedAt,
        BatchId = draft.BatchId,
        QrCodeId = draft.Source.QrCodeId,
        Visitor = draft.Visitor,
        Place = draft.Place,
        Device = draft.Device,
        Campaign = draft.Campaign,
        LeadScore = draft.Source.BehaviorMetrics?.LeadScore,
        EngagementSeconds = draft.Source.BehaviorMetrics?.EngagementDuration,
        PageViews = draft.Source.BehaviorMetrics?.PageViews,
        Conversions = draft.Conversions,
        Revenue = draft.Revenue,
        ReportingRevenue = draft.ReportingRevenue,
        IsBot = draft.IsBot,
        IsTest = draft.Source.IsTest,
        Steps = pipeline.Versions,
        Personal = draft.Personal,
    };

    private static UnconsentedEventCounted Counted(ScanDraft draft)
    {
        var at = draft.Source.Timestamp.ToUniversalTime();
        return new UnconsentedEventCounted
        {
            EventId = draft.Source.EventId,
            QrCodeId = draft.Source.QrCodeId,
            Hour = at.AddTicks(-(at.Ticks % TimeSpan.TicksPerHour)),
            IsScan = draft.IsScan && !draft.IsBot && !draft.Source.IsTest,
        };
    }

    // Nobody's stream: all unconsented events of a tenant's day of receipt share it, so that they cannot be told apart by it.
    private static string UnconsentedStream(ScanDraft draft)
    {
        var day = Encoding.UTF8.GetBytes($"{draft.Tenant.TenantId}/{draft.ReceivedAt:yyyyMMdd}");
        return StreamKeys.Of(StreamKeys.Unconsented, new Guid(SHA256.HashData(day).AsSpan(0, 16), bigEndian: true));
    }
}

/// <summary>The JSON of every event of a session: their members are the same, only the stored name tells what happened.</summary>
internal sealed record EnrichedEvent : SessionEvent;

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EnrichedEvent))]
[JsonSerializable(typeof(UnconsentedEventCounted))]
internal sealed partial class StoredFormJson : JsonSerializerContext;
