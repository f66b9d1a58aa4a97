namespace QrPlatform.Enrichment.Pipeline;

/// <summary>What became of an event. Each has exactly one.</summary>
internal enum ScanOutcome
{
    Stored,
    Bot,
    Duplicate,
    ConsentDenied,
    Suppressed,
    Quarantined,
}

/// <summary>Why an event does not go the whole way.</summary>
internal enum EndReason
{
    ConsentDenied,
    Suppressed,

    /// <summary>The batch could not be opened, or holds other than it says.</summary>
    Unreadable,

    /// <summary>Nothing is known of the tenant.</summary>
    UnknownTenant,

    /// <summary>A text holds U+0000, which PostgreSQL keeps neither as text nor as jsonb.</summary>
    UnstorableText,

    /// <summary>Its currency is not the tenant's, and there is no rate.</summary>
    FxRateMissing,

    /// <summary>A step failed on this event: a bug.</summary>
    ProcessingFailed,
}

internal static class EndReasons
{
    public static ScanOutcome Outcome(this EndReason reason) => reason switch
    {
        EndReason.ConsentDenied => ScanOutcome.ConsentDenied,
        EndReason.Suppressed => ScanOutcome.Suppressed,
        _ => ScanOutcome.Quarantined,
    };

    /// <summary>The stable name that the quarantine shows.</summary>
    public static string Slug(this EndReason reason) => reason switch
    {
        EndReason.ConsentDenied => "consent_denied",
        EndReason.Suppressed => "suppressed",
        EndReason.Unreadable => "unreadable",
        EndReason.UnknownTenant => "unknown_tenant",
        EndReason.UnstorableText => "unstorable_text",
        EndReason.FxRateMissing => "fx_rate_missing",
        EndReason.ProcessingFailed => "processing_failed",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "Give the reason a name."),
    };
}
