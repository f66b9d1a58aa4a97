using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace QrPlatform.Enrichment.Managing;

/// <summary>
/// What a caller says of the version that a change is meant for (RFC 9110, section 13): <c>If-Match</c> with entity tags or <c>*</c>,
/// <c>If-None-Match: *</c> for something new.
/// </summary>
internal sealed record Precondition(IReadOnlyList<EntityTagHeaderValue> Match, bool MustBeNew)
{
    /// <summary>A change that was meant for a certain version must not be tried on the next one.</summary>
    public bool IsStated => Match.Count > 0 || MustBeNew;

    public static EntityTagHeaderValue TagOf(long version) => new($"\"{version.ToString(CultureInfo.InvariantCulture)}\"");

    /// <summary>The headers' condition, or the answer to headers that are none.</summary>
    public static (Precondition? Condition, ProblemHttpResult? Refusal) Read(HttpRequest request)
    {
        IList<EntityTagHeaderValue>? match = [], none = [];
        if ((request.Headers.IfMatch.Count > 0 && !EntityTagHeaderValue.TryParseStrictList(request.Headers.IfMatch, out match))
            || (request.Headers.IfNoneMatch.Count > 0 && !EntityTagHeaderValue.TryParseStrictList(request.Headers.IfNoneMatch, out none))
            || none!.Any(tag => tag != EntityTagHeaderValue.Any))
        {
            return (null, TypedResults.Problem(
                "If-Match takes the ETag of an earlier answer, quotes included, or *. If-None-Match takes * only.",
                statusCode: StatusCodes.Status400BadRequest, title: "A precondition is not valid.", type: "invalid_precondition"));
        }

        return (new Precondition([.. match!], none!.Count > 0), null);
    }

    /// <summary>Whether it holds for a stream; version 0 is one that does not exist.</summary>
    public bool Holds(long version) =>
        (!MustBeNew || version == 0)
        && (Match.Count == 0 || Match.Any(tag => tag == EntityTagHeaderValue.Any ? version > 0 : tag.Compare(TagOf(version), useStrongComparison: true)));

    public static ProblemHttpResult Failed(long version) => TypedResults.Problem(
        version == 0 ? "It does not exist." : $"Its ETag is \"{version.ToString(CultureInfo.InvariantCulture)}\" now. Read it again, and repeat the change on what you find.",
        statusCode: StatusCodes.Status412PreconditionFailed, title: "It is not as the precondition says.", type: "precondition_failed");
}
