using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace QrPlatform.Requests;

/// <summary>
/// What a caller says of the version that a change is meant for (RFC 9110, section 13): <c>If-Match</c> with entity tags or <c>*</c>,
/// <c>If-None-Match: *</c> for something new.
/// </summary>
/// <param name="Match">The tags of If-Match; none where it is not stated.</param>
/// <param name="MustBeNew">Whether it must not exist yet.</param>
public sealed record Precondition(IReadOnlyList<EntityTagHeaderValue> Match, bool MustBeNew)
{
    /// <summary>A change that was meant for a certain version must not be tried on the next one.</summary>
    public bool IsStated => Match.Count > 0 || MustBeNew;

    /// <summary>The entity tag of a version.</summary>
    public static EntityTagHeaderValue TagOf(long version) => new($"\"{version.ToString(CultureInfo.InvariantCulture)}\"");

    /// <summary>The headers' condition, or the answer to headers that are none.</summary>
    public static (Precondition? Condition, ProblemHttpResult? Refusal) Read(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
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

    /// <summary>412, with the tag that it has now; version 0 is something that does not exist.</summary>
    public static ProblemHttpResult Failed(long version) => TypedResults.Problem(
        version == 0 ? "It does not exist." : $"Its ETag is \"{version.ToString(CultureInfo.InvariantCulture)}\" now. Read it again, and repeat the change on what you find.",
        statusCode: StatusCodes.Status412PreconditionFailed, title: "It is not as the precondition says.", type: "precondition_failed");
}
