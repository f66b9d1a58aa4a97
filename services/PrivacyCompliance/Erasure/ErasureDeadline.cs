namespace QrPlatform.PrivacyCompliance.Erasure;

/// <summary>By when a request must be answered.</summary>
internal static class ErasureDeadline
{
    /// <summary>Where the rule comes from.</summary>
    public const string Source = "GDPR Art. 12(3): without undue delay and in any event within one month of receipt of the request";

    /// <summary>
    /// The same day of the next month, or its last day where there is none. Regulation (EEC, Euratom) No 1182/71, Art. 3(4), would move a
    /// holiday's or weekend's deadline to the next working day; the earlier date is kept, which is right in every country.
    /// </summary>
    public static DateTimeOffset Of(DateTimeOffset receivedAt) => receivedAt.AddMonths(1);
}
