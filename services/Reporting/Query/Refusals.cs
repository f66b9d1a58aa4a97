using Microsoft.AspNetCore.Http.HttpResults;

namespace QrPlatform.Reporting.Query;

/// <summary>Answers to queries that are not possible.</summary>
internal static class Refusals
{
    public const string NotAtThisGrain = "not_at_this_grain";

    public static ProblemHttpResult Unprocessable(IReadOnlyList<FieldError> errors) =>
        RequestProblems.Of(StatusCodes.Status422UnprocessableEntity, "The query is not possible.", errors);

    public static ProblemHttpResult BadParameters(IReadOnlyList<FieldError> errors) =>
        RequestProblems.Of(StatusCodes.Status400BadRequest, "A parameter is not valid.", errors);

    public static ProblemHttpResult TooExpensive() => Unprocessable(
        [new FieldError("$", "too_expensive", "The query took longer than 30 seconds. Ask for a shorter dateRange, fewer dimensions or more filters.")]);
}
