namespace QrPlatform.Enrichment.Tenants;

/// <summary>What enrichment knows of a tenant.</summary>
/// <param name="TenantId">Its id.</param>
/// <param name="ReportingCurrency">ISO 4217.</param>
/// <param name="ConsentDefault">Whether analytics is allowed where an event says nothing.</param>
/// <param name="TimeZone">IANA name.</param>
internal sealed record TenantSettings(string TenantId, string ReportingCurrency, bool ConsentDefault, string TimeZone);
