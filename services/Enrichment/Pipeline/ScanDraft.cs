using QrPlatform.Contracts.Scans;
using QrPlatform.Enrichment.Subjects;
using QrPlatform.Enrichment.Tenants;
using QrPlatform.Events;

namespace QrPlatform.Enrichment.Pipeline;

/// <summary>An event on its way through the steps: what the source stated, and what the steps made of it so far.</summary>
internal sealed class ScanDraft
{
    public required ScanEvent Source { get; init; }

    public required TenantSettings Tenant { get; init; }

    public required Guid BatchId { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The event as JSON of the one form that equal events share.</summary>
    public required byte[] CanonicalJson { get; init; }

    /// <summary>Why it ended; null while it goes on.</summary>
    public EndReason? End { get; set; }

    public bool IsBot { get; set; }

    public Place? Place { get; set; }

    public Device? Device { get; set; }

    public Campaign? Campaign { get; set; }

    public IReadOnlyList<string>? Conversions { get; set; }

    public Money? Revenue { get; set; }

    public Money? ReportingRevenue { get; set; }

    /// <summary>Whose key seals what is personal; null where nothing is.</summary>
    public Subject? Subject { get; set; }

    /// <summary>The visitor's pseudonym; null without a visitor, also where there is a subject.</summary>
    public Guid? Visitor { get; set; }

    public string? StreamId { get; set; }

    public SealedPersonalData? Personal { get; set; }

    public bool IsScan => Source.EventType is ScanEventType.Scan or ScanEventType.Rescan;
}
