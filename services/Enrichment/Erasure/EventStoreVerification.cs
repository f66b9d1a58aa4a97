using QrPlatform.ErasedPersons;
using QrPlatform.Events;

namespace QrPlatform.Enrichment.Erasure;

/// <summary>Looks for what an erasure must have left nowhere in schema <c>events</c>: as text in every table, and inside of sealed copies.</summary>
internal sealed class EventStoreVerification(SchemaSearch search, UnprocessedCopies copies)
{
    /// <summary>What was found; nothing is as it should be.</summary>
    public async Task<StepOutcome> SearchAsync(string tenantId, ErasedPerson person, CancellationToken cancellationToken)
    {
        // The fence keeps the subjects' former key ids on purpose: they say who may not come back, and lead to nobody.
        var found = await search.FindAsync(StoredEvents.Schema, person, cancellationToken);
        found.Remove($"{StoredEvents.Schema}.erased_subjects");
        var sealedCopies = await copies.WithoutAsync(tenantId, person, cancellationToken);
        if (sealedCopies.Count > 0) found["sealed copies"] = sealedCopies.Sum(batch => batch.Removed);
        return new StepOutcome(found);
    }
}
