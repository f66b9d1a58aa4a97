using Microsoft.AspNetCore.Http.HttpResults;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Reporting.Catalogue;

/// <summary><c>GET /v1/catalogue</c>: what can be asked of <c>/v1/query</c>.</summary>
internal static class GetCatalogue
{
    private static readonly CatalogueResponse Response = new(
        MetricCatalogue.Version,
        [.. Metrics.All.Select(metric => new CatalogueMetric(
            metric.Name, metric.Description, metric.Unit, metric.Additivity.ToString().ToLowerInvariant(), metric.DatedBy, metric.ByConversionType is not null,
            metric.OfCosts ? [.. Dimensions.OfCosts.Select(dimension => dimension.Name)] : null))],
        [.. Dimensions.All.Select(dimension => new CatalogueDimension(
            dimension.Name, dimension.Description, dimension.Kind == DimensionKind.Integer ? "integer" : "text", dimension.Example, dimension.Choices,
            dimension.Operators, dimension.OfConversions ? [.. Metrics.All.Where(metric => metric.ByConversionType is not null).Select(metric => metric.Name)] : null))]);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/catalogue", Handle).RequireAuthorization(Policies.Dashboards);

    private static Ok<CatalogueResponse> Handle() => TypedResults.Ok(Response);
}

/// <summary>The metric catalogue.</summary>
/// <param name="Version">Changes whenever a definition does.</param>
/// <param name="Metrics">What can be measured.</param>
/// <param name="Dimensions">What it can be broken down and filtered by.</param>
public sealed record CatalogueResponse(string Version, IReadOnlyList<CatalogueMetric> Metrics, IReadOnlyList<CatalogueDimension> Dimensions);

/// <summary>A metric.</summary>
/// <param name="Name">Name in queries.</param>
/// <param name="Description">What it means.</param>
/// <param name="Unit">Unit of its values.</param>
/// <param name="Additivity"><c>additive</c>, <c>distinct</c> (may not be summed) or <c>ratio</c> (neither summed nor averaged).</param>
/// <param name="DatedBy">Which instant puts it on a day.</param>
/// <param name="ByConversionType">Whether it can be broken down by <c>conversion_type</c>.</param>
/// <param name="OnlyDimensions">The dimensions that it can be broken down and filtered by, or null where they are not limited.</param>
public sealed record CatalogueMetric(
    string Name, string Description, string Unit, string Additivity, string DatedBy, bool ByConversionType, IReadOnlyList<string>? OnlyDimensions);

/// <summary>A dimension.</summary>
/// <param name="Name">Name in queries.</param>
/// <param name="Description">What it means.</param>
/// <param name="Type">JSON type of its values: <c>text</c> or <c>integer</c>; a missing value is null.</param>
/// <param name="Example">An example of a label.</param>
/// <param name="Values">All values, where there are few.</param>
/// <param name="Operators">Filter operators. <c>ne</c> and <c>nin</c> include rows whose value is missing, unless null is among the values.</param>
/// <param name="OnlyMetrics">The metrics that it is limited to, or null.</param>
public sealed record CatalogueDimension(
    string Name, string Description, string Type, string? Example, IReadOnlyList<string>? Values, IReadOnlyList<string> Operators, IReadOnlyList<string>? OnlyMetrics);
