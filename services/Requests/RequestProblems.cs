using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace QrPlatform.Requests;

/// <summary>What is wrong with one field of a request, and what is allowed there.</summary>
/// <param name="Path">JSON path, or the name of a parameter.</param>
/// <param name="Code">Stable slug.</param>
/// <param name="Message">For people.</param>
public sealed record FieldError(string Path, string Code, string Message);

/// <summary>Answers to requests that are not possible (RFC 9457). Those about fields have a list <c>errors</c>, and the first one's code as type.</summary>
public static class RequestProblems
{
    /// <summary>400: the body is no JSON object.</summary>
    public static ProblemHttpResult Malformed(string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status400BadRequest, title: "The body is not a JSON object.", type: "malformed_json");

    /// <summary>413: the body has more than <paramref name="limit"/> bytes.</summary>
    public static ProblemHttpResult TooLarge(int limit) =>
        TypedResults.Problem($"It may have {limit} bytes.", statusCode: StatusCodes.Status413PayloadTooLarge, title: "The body is too large.", type: "too_large");

    /// <summary>415: the body is of another type.</summary>
    public static ProblemHttpResult NotJson() =>
        TypedResults.Problem("Send application/json.", statusCode: StatusCodes.Status415UnsupportedMediaType, title: "The body is not JSON.", type: "unsupported_media_type");

    /// <summary>Names every field that is wrong.</summary>
    /// <param name="status">400 for parameters, 422 for what a body says.</param>
    /// <param name="title">What is not possible, in a sentence.</param>
    /// <param name="errors">At least one.</param>
    public static ProblemHttpResult Of(int status, string title, IReadOnlyList<FieldError> errors) => TypedResults.Problem(
        string.Join(' ', errors.Take(5).Select(error => $"{error.Path}: {error.Message}")),
        statusCode: status,
        title: title,
        type: errors[0].Code,
        extensions: new Dictionary<string, object?> { ["errors"] = errors });
}
