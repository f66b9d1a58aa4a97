namespace QrPlatform.Ingestion.Ledger;

/// <summary>Events received and their outcomes; each event has exactly one.</summary>
internal record LedgerSums(long Received, long Stored, long Duplicate, long Bot, long ConsentDenied, long Suppressed, long Quarantined, long Rejected)
{
    /// <summary>Events whose outcome is not known yet.</summary>
    public long Difference => Received - (Stored + Duplicate + Bot + ConsentDenied + Suppressed + Quarantined + Rejected);

    public static LedgerSums Of(IReadOnlyCollection<LedgerHour> hours) => new(
        hours.Sum(hour => hour.Received),
        hours.Sum(hour => hour.Stored),
        hours.Sum(hour => hour.Duplicate),
        hours.Sum(hour => hour.Bot),
        hours.Sum(hour => hour.ConsentDenied),
        hours.Sum(hour => hour.Suppressed),
        hours.Sum(hour => hour.Quarantined),
        hours.Sum(hour => hour.Rejected));
}

/// <summary>The sums of the requests received in one hour, which starts at <paramref name="Hour"/>.</summary>
internal sealed record LedgerHour(
    DateTimeOffset Hour, long Received, long Stored, long Duplicate, long Bot, long ConsentDenied, long Suppressed, long Quarantined, long Rejected)
    : LedgerSums(Received, Stored, Duplicate, Bot, ConsentDenied, Suppressed, Quarantined, Rejected);
