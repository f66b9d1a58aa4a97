using QrPlatform.Bi;
using QrPlatform.Reporting.Catalogue;
using QrPlatform.Reporting.Query.Sources;

namespace QrPlatform.Reporting.Query.Visitors;

/// <summary>
/// What scans are told by, in families whose values occur together: a scan keeps one number per family. All of a scan's values together would be
/// nearly as many combinations as scans.
/// </summary>
internal static class ScanFamilies
{
    /// <summary>The family that names the campaign.</summary>
    public const int OfCampaign = 0;

    /// <summary>The families' dimensions.</summary>
    public static IReadOnlyList<IReadOnlyList<Dimension>> All { get; } =
    [
        Of("campaign_id", "qr_code_id", "variant", "channel_type", "content_category", "conversion_goal"),
        Of("country", "region", "city"),
        Of("device_type", "os", "browser", "lead_quality"),
    ];

    /// <summary>Columns of a scan's values, family by family.</summary>
    public static string Columns { get; } = string.Join(", ", All.SelectMany(family => family).Select(dimension => dimension.KeyOn("s", "null")));

    /// <summary>What follows from a campaign's id today: it is not kept with the scan.</summary>
    public static bool IsOfCampaign(Dimension dimension) => dimension.Column is "campaign_name" or "business_unit";

    /// <summary>Scans can be told apart by the dimension.</summary>
    public static bool Knows(Dimension dimension) => dimension.Grain is not null || IsOfCampaign(dimension) || All.Any(family => family.Contains(dimension));

    private static IReadOnlyList<Dimension> Of(params string[] names) => [.. names.Select(name => MetricCatalogue.DimensionsByName[name])];
}
