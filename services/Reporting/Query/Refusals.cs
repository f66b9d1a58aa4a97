using Microsoft.AspNetCore.Http.HttpResults;
using QrPlatform.Reporting.Query.Sources;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Reporting.Query;

/// <summary>Answers to queries that are not possible.</summary>
internal static class Refusals
{
    public const string NotAtThisGrain = "not_at_this_grain";

    /// <summary>What is said of a time zone that there is not.</summary>
    public static readonly FieldError UnknownTimeZone =
        new("$.timeZone", TimeZoneNames.UnknownCode, $"{TimeZoneNames.UnknownMessage} Or '{LocalTimes.OfPlacements}': the local time where each code hangs.");

    public static ProblemHttpResult Unprocessable(IReadOnlyList<FieldError> errors) =>
        RequestProblems.Of(StatusCodes.Status422UnprocessableEntity, "The query is not possible.", errors);

    public static ProblemHttpResult BadParameters(IReadOnlyList<FieldError> errors) =>
        RequestProblems.Of(StatusCodes.Status400BadRequest, "A parameter is not valid.", errors);

    /// <summary>By each place's clock another part of the range is over, so that there is no instant at which what it is compared with ends.</summary>
    public static ProblemHttpResult RunsSomewhere() => Unprocessable(
        [new FieldError("$.compare", LocalTimes.Refused, "In the local time of placements only ranges that are over everywhere are compared. Ask for a dateRange that ended two days ago or earlier, or for one timeZone.")]);

    public static ProblemHttpResult TooExpensive() => Unprocessable(
        [new FieldError("$", "too_expensive", "The query took longer than 30 seconds. Ask for a shorter dateRange, fewer dimensions or more filters.")]);
}
