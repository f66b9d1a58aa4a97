using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text.Json;

namespace QrPlatform.Reporting.Catalogue;

/// <summary>All definitions together, and their version: the same definitions give the same version, any change another one.</summary>
internal static class MetricCatalogue
{
    private static readonly JsonSerializerOptions Exact = new() { IncludeFields = true };

    public static readonly FrozenDictionary<string, Metric> MetricsByName = Metrics.All.ToFrozenDictionary(metric => metric.Name, StringComparer.Ordinal);

    public static readonly FrozenDictionary<string, Dimension> DimensionsByName =
        Dimensions.All.ToFrozenDictionary(dimension => dimension.Name, StringComparer.Ordinal);

    /// <summary>First 16 hexadecimal digits of the definitions' SHA-256.</summary>
    public static readonly string Version = Convert.ToHexStringLower(
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new { Metrics = Metrics.All, Dimensions = Dimensions.All }, Exact)))[..16];
}
