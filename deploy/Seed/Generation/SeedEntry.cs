using QrPlatform.Contracts.Scans;

namespace QrPlatform.Seed.Generation;

/// <summary>One event as it is sent, once.</summary>
/// <param name="TenantId">Whose it is.</param>
/// <param name="ArrivesAt">When a source would deliver it: after the event, sometimes days after.</param>
/// <param name="Event">The event.</param>
internal readonly record struct SeedEntry(string TenantId, DateTimeOffset ArrivesAt, ScanEvent Event);
