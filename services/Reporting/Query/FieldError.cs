using Microsoft.AspNetCore.Http.HttpResults;

namespace QrPlatform.Reporting.Query;

/// <summary>What is wrong with one field of a request, and what is allowed there.</summary>
/// <param name="Path">JSON path, or the name of a query parameter.</param>
/// <param name="Code">Stable slug.</param>
/// <param name="Message">For people.</param>
public sealed record FieldError(string Path, string Code, string Message);

/// <summary>Answers to requests that are not possible, as <c>application/problem+json</c> with a list <c>errors</c>.</summary>
internal static class Refusals
{
    public const string NotAtThisGrain = "not_at_this_grain";

    public static ProblemHttpResult Malformed(string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status400BadRequest, title: "The body is not a JSON object.", type: "malformed_json");

    public static ProblemHttpResult TooLarge(int limit) =>
        TypedResults.Problem($"A query may have {limit} bytes.", statusCode: StatusCodes.Status413PayloadTooLarge, title: "The query is too large.", type: "too_large");

    public static ProblemHttpResult NotJson() =>
        TypedResults.Problem("Send application/json.", statusCode: StatusCodes.Status415UnsupportedMediaType, title: "The body is not JSON.", type: "unsupported_media_type");

    public static ProblemHttpResult Unprocessable(IReadOnlyList<FieldError> errors) => Of(StatusCodes.Status422UnprocessableEntity, "The query is not possible.", errors);

    public static ProblemHttpResult BadParameters(IReadOnlyList<FieldError> errors) => Of(StatusCodes.Status400BadRequest, "A parameter is not valid.", errors);

    public static ProblemHttpResult TooExpensive() => Unprocessable(
        [new FieldError("$", "too_expensive", "The query took longer than 30 seconds. Ask for a shorter dateRange, fewer dimensions or more filters.")]);

    private static ProblemHttpResult Of(int status, string title, IReadOnlyList<FieldError> errors) => TypedResults.Problem(
        string.Join(' ', errors.Take(5).Select(error => $"{error.Path}: {error.Message}")),
        statusCode: status,
        title: title,
        type: errors[0].Code,
        extensions: new Dictionary<string, object?> { ["errors"] = errors });
}
