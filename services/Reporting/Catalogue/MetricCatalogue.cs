using System.Collections.Frozen;
using QrPlatform.Bi;

namespace QrPlatform.Reporting.Catalogue;

/// <summary>The catalogue that this service was built with, and its names.</summary>
internal static class MetricCatalogue
{
    public static readonly CatalogueModel Model = CatalogueCompiler.CompileEmbedded();

    public static readonly FrozenDictionary<string, Metric> MetricsByName = Model.Metrics.ToFrozenDictionary(metric => metric.Name, StringComparer.Ordinal);

    public static readonly FrozenDictionary<string, Dimension> DimensionsByName =
        Model.Dimensions.ToFrozenDictionary(dimension => dimension.Name, StringComparer.Ordinal);

    /// <summary>SHA-256 of all definitions, hexadecimal.</summary>
    public static readonly string Hash = Model.Hash;

    /// <summary>The hash's first 16 digits.</summary>
    public static readonly string Version = Hash[..16];

    /// <summary>The dimensions that rows of a source are known by.</summary>
    public static IEnumerable<Dimension> Of(RowSource source) => Model.Dimensions.Where(dimension => dimension.IsKnownOf(source));
}
