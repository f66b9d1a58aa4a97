namespace QrPlatform.PrivacyCompliance.Subjects;

/// <summary>Asks for one subject.</summary>
/// <param name="TenantId">The tenant, <c>[a-z0-9-]{1,40}</c>.</param>
/// <param name="Kind"><c>visitor</c>, <c>session</c> (no visitor known), or <c>day</c> (neither: the pool of a tenant's UTC day).</param>
/// <param name="Lookup">HMAC-SHA-256 of the source's id under the tenant's lookup key, 32 bytes.</param>
public sealed record SubjectQuestion(string TenantId, string Kind, byte[] Lookup);

/// <summary>The subject, or that it is suppressed.</summary>
/// <param name="SubjectId">Its record, which is also the id of its data key; null when suppressed.</param>
/// <param name="Pseudonym">Its random pseudonym; null when suppressed.</param>
/// <param name="DataKey">Its data key, 32 bytes; null when suppressed.</param>
/// <param name="IsSuppressed">The person was erased: nothing of it may be stored.</param>
public sealed record SubjectAnswer(Guid? SubjectId, Guid? Pseudonym, byte[]? DataKey, bool IsSuppressed);
