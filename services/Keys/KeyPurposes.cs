using System.Globalization;

namespace QrPlatform.Keys;

/// <summary>What keys are for. One key never serves two purposes.</summary>
public static class KeyPurposes
{
    /// <summary>Seals events between the door and enrichment; one key a day.</summary>
    public const string Transit = "transit";

    /// <summary>Seals the secrets of webhook endpoints; one key per tenant.</summary>
    public const string WebhookSecret = "webhook-secret";

    /// <summary>Wraps subjects' data keys; ids are epochs.</summary>
    public const string SubjectEpoch = "subject-epoch";

    /// <summary>Keys the hash by which a subject is found (HMAC-SHA-256), one per tenant.</summary>
    public const string SubjectLookup = "subject-lookup";

    /// <summary>Keys the hash by which a source's session is found (HMAC-SHA-256), one per tenant.</summary>
    public const string SessionLookup = "session-lookup";

    /// <summary>Keys the hash by which an erased person is recognised (HMAC-SHA-256 of the subject's lookup), one per tenant.</summary>
    public const string Suppression = "suppression";

    /// <summary>Keys the hash that tells whether an event came again with other content (HMAC-SHA-256), one per tenant.</summary>
    public const string EventContent = "event-content";

    /// <summary>Seals who is erased while an erasure runs; one per case, destroyed with its completion. Never cached.</summary>
    public const string ErasureCase = "erasure-case";

    /// <summary>Keys the hash by which the quarantine recognises an erased person (HMAC-SHA-256), one per tenant.</summary>
    public const string QuarantineSuppression = "quarantine-suppression";

    /// <summary>The transit key's id of an instant: its UTC day.</summary>
    public static string TransitKeyId(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
}
