using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using QrPlatform.Keys;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.PrivacyCompliance.Subjects;

/// <summary>The subjects to resolve; some thousand at most.</summary>
public sealed record ResolveSubjectsRequest(IReadOnlyList<SubjectQuestion> Subjects);

/// <summary>One answer per question, in the same order.</summary>
public sealed record ResolveSubjectsResponse(IReadOnlyList<SubjectAnswer> Subjects);

/// <summary>
/// <c>POST /internal/v1/subjects/resolve</c>, for services only: keyed hashes of source ids → pseudonyms and data keys. Creates who is not
/// known yet. Repeating it changes nothing.
/// </summary>
internal static partial class ResolveSubjects
{
    internal const int MostSubjects = 5000;

    private static readonly string[] Kinds = ["visitor", "session", "day"];

    // The service key is the authorization here; users' tokens do not reach /internal.
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/internal/v1/subjects/resolve", Handle).RequireServiceKey().AllowAnonymous().ExcludeFromDescription();

    private static async Task<Results<Ok<ResolveSubjectsResponse>, ProblemHttpResult>> Handle(
        ResolveSubjectsRequest request, SubjectRecords records, CancellationToken cancellationToken)
    {
        if (Refuse(request) is { } reason) return TypedResults.Problem(statusCode: StatusCodes.Status400BadRequest, title: reason);
        return TypedResults.Ok(new ResolveSubjectsResponse(await records.ResolveAsync(request.Subjects, cancellationToken)));
    }

    private static string? Refuse(ResolveSubjectsRequest request)
    {
        if (request.Subjects is null) return "subjects is missing.";
        if (request.Subjects.Count > MostSubjects) return $"At most {MostSubjects} subjects at once.";
        foreach (var subject in request.Subjects)
        {
            if (subject is not { TenantId: { } tenant, Lookup: { } lookup }) return "A subject needs tenantId, kind and lookup.";
            if (!TenantId().IsMatch(tenant)) return "A tenantId is not one.";
            if (!Kinds.Contains(subject.Kind)) return "A kind is none of visitor, session, day.";
            if (lookup.Length != SourceIdHash.Size) return $"A lookup has other than {SourceIdHash.Size} bytes.";
        }

        return null;
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,39}\z")]
    private static partial Regex TenantId();
}
