using System.Globalization;
using QrPlatform.Enrichment.Caching;
using QrPlatform.Enrichment.Pipeline;
using QrPlatform.Enrichment.Steps;
using QrPlatform.Keys;

namespace QrPlatform.Enrichment.Subjects;

/// <summary>
/// The pseudonym step: one question to privacy-compliance for all subjects of a message. Erased persons end here; visitors get their
/// pseudonym; what else is personal gets a key to be sealed with.
/// </summary>
internal sealed class SubjectResolver(SubjectClient client, KeyDirectory keys, TimeProvider time)
{
    private const int RememberedSubjects = 50_000;

    // Short: after an erasure a key must not live on here.
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    private readonly RecentlyUsed<Lookup, Subject> _known = new(RememberedSubjects, Lifetime, time);

    public async ValueTask ApplyAsync(IReadOnlyList<ScanDraft> drafts, CancellationToken cancellationToken)
    {
        var lookups = new Lookup?[drafts.Count];
        var subjects = new Dictionary<Lookup, Subject?>();
        var unknown = new List<Lookup>();
        for (var i = 0; i < drafts.Count; i++)
        {
            if (LookupOf(drafts[i]) is not { } lookup) continue;
            lookups[i] = lookup;
            if (subjects.ContainsKey(lookup)) continue;
            if (_known.TryGet(lookup, out var subject)) subjects.Add(lookup, subject);
            else
            {
                subjects.Add(lookup, null);
                unknown.Add(lookup);
            }
        }

        if (unknown.Count > 0) await AskAsync(unknown, subjects, cancellationToken);
        for (var i = 0; i < drafts.Count; i++)
        {
            if (lookups[i] is { } lookup) Give(drafts[i], lookup, subjects[lookup]);
        }
    }

    /// <summary>Forgets the event's subject, so that the next event of it asks anew.</summary>
    public void Forget(ScanDraft draft)
    {
        if (LookupOf(draft) is { } lookup) _known.Remove(lookup);
    }

    private async Task AskAsync(List<Lookup> unknown, Dictionary<Lookup, Subject?> subjects, CancellationToken cancellationToken)
    {
        var answers = await client.ResolveAsync(unknown, cancellationToken);
        for (var i = 0; i < unknown.Count; i++)
        {
            subjects[unknown[i]] = answers[i];
            if (answers[i] is { } subject) _known.Put(unknown[i], subject);
        }
    }

    private static void Give(ScanDraft draft, Lookup lookup, Subject? subject)
    {
        if (subject is null)
        {
            draft.End = EndReason.Suppressed;
            return;
        }

        draft.Subject = subject;
        if (lookup.Kind == SubjectKind.Visitor) draft.Visitor = subject.Pseudonym;
    }

    private Lookup? LookupOf(ScanDraft draft) => draft.Source switch
    {
        { VisitorId: { } visitor } => LookupOf(draft.Tenant.TenantId, SubjectKind.Visitor, visitor),
        { SessionId: { } session } => LookupOf(draft.Tenant.TenantId, SubjectKind.Session, session),
        var source when PersonalPart.IsIn(source) => LookupOf(
            draft.Tenant.TenantId, SubjectKind.Day, draft.ReceivedAt.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture)),
        _ => null,
    };

    private Lookup LookupOf(string tenantId, SubjectKind kind, string sourceId) =>
        new(tenantId, kind, Hash256.Of(SourceIdHash.Of(keys.GetOrCreate(KeyPurposes.SubjectLookup, tenantId), sourceId)));
}
