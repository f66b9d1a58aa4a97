using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using QrPlatform.Bi;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Reporting.Catalogue;

/// <summary><c>GET /v1/catalogue</c>: what can be asked of <c>/v1/query</c>.</summary>
internal static class GetCatalogue
{
    private static readonly CatalogueResponse Response = new(
        MetricCatalogue.Version, MetricCatalogue.Hash, [.. MetricCatalogue.Model.Metrics.Select(Describe)], [.. MetricCatalogue.Model.Dimensions.Select(Describe)]);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/catalogue", Handle).RequireAuthorization(Policies.Dashboards);

    private static Ok<CatalogueResponse> Handle() => TypedResults.Ok(Response);

    private static CatalogueMetric Describe(Metric metric) => new(
        metric.Name, metric.Definition, metric.Unit, Written(metric.Additivity), metric.DatedBy, metric.ByConversionType is not null,
        metric.IsLimited ? [.. MetricCatalogue.Model.Dimensions.Where(dimension => !dimension.OfConversions && metric.IsKnownBy(dimension)).Select(dimension => dimension.Name)] : null,
        metric.Title, metric.FormulaText, metric.Grain, metric.Format, Written(metric.Privacy), metric.Owner, metric.Target, metric.Version);

    private static CatalogueDimension Describe(Dimension dimension) => new(
        dimension.Name, dimension.Definition, dimension.Kind == DimensionKind.Integer ? "integer" : "text", dimension.Example, dimension.Choices,
        dimension.Operators,
        dimension.OfConversions ? [.. MetricCatalogue.Model.Metrics.Where(metric => metric.ByConversionType is not null).Select(metric => metric.Name)] : null,
        dimension.Title, Written(dimension.Privacy), dimension.Owner, dimension.Version);

    private static string Written(Enum value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}

/// <summary>The metric catalogue.</summary>
/// <param name="Version">Changes whenever a definition does: the hash's first 16 digits.</param>
/// <param name="Hash">SHA-256 of all definitions, hexadecimal, as in every answer.</param>
/// <param name="Metrics">What can be measured.</param>
/// <param name="Dimensions">What it can be broken down and filtered by.</param>
public sealed record CatalogueResponse(string Version, string Hash, IReadOnlyList<CatalogueMetric> Metrics, IReadOnlyList<CatalogueDimension> Dimensions);

/// <summary>A metric.</summary>
/// <param name="Name">Name in queries.</param>
/// <param name="Description">What it means.</param>
/// <param name="Unit">Unit of its values.</param>
/// <param name="Additivity"><c>additive</c>, <c>distinct</c> (may not be summed) or <c>ratio</c> (neither summed nor averaged).</param>
/// <param name="DatedBy">Which instant puts it on a day.</param>
/// <param name="ByConversionType">Whether it can be broken down by <c>conversion_type</c>.</param>
/// <param name="OnlyDimensions">The dimensions that it can be broken down and filtered by, or null where they are not limited.</param>
/// <param name="Title">What people call it.</param>
/// <param name="Formula">How it is computed from the catalogue's measures.</param>
/// <param name="Grain">What one counted thing is.</param>
/// <param name="Format">Number format as spreadsheets write it.</param>
/// <param name="Privacy"><c>aggregate</c> or <c>person_related</c>.</param>
/// <param name="Owner">Who answers for the definition.</param>
/// <param name="Target">Where the value should lie, or null.</param>
/// <param name="Version">Version of the definition.</param>
public sealed record CatalogueMetric(
    string Name, string Description, string Unit, string Additivity, string DatedBy, bool ByConversionType, IReadOnlyList<string>? OnlyDimensions,
    string Title, string Formula, string Grain, string Format, string Privacy, string Owner, TargetBand? Target, int Version);

/// <summary>A dimension.</summary>
/// <param name="Name">Name in queries.</param>
/// <param name="Description">What it means.</param>
/// <param name="Type">JSON type of its values: <c>text</c> or <c>integer</c>; a missing value is null.</param>
/// <param name="Example">An example of a label.</param>
/// <param name="Values">All values, where there are few.</param>
/// <param name="Operators">Filter operators. <c>ne</c> and <c>nin</c> include rows whose value is missing, unless null is among the values.</param>
/// <param name="OnlyMetrics">The metrics that it is limited to, or null.</param>
/// <param name="Title">What people call it.</param>
/// <param name="Privacy"><c>aggregate</c> or <c>person_related</c>.</param>
/// <param name="Owner">Who answers for the definition.</param>
/// <param name="Version">Version of the definition.</param>
public sealed record CatalogueDimension(
    string Name, string Description, string Type, string? Example, IReadOnlyList<string>? Values, IReadOnlyList<string> Operators, IReadOnlyList<string>? OnlyMetrics,
    string Title, string Privacy, string Owner, int Version);
