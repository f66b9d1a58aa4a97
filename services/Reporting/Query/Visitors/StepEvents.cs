namespace QrPlatform.Reporting.Query.Visitors;

/// <summary>What events that may be steps of visitors are kept by: their kind and their campaign.</summary>
internal static class StepEvents
{
    /// <summary>Columns of a step's values.</summary>
    public const string Columns = "s.kind, s.campaign_id";

    /// <summary>Values of a step.</summary>
    public const int Width = 2;

    /// <summary>The kinds, in the order in which visitors take them.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["LANDING_VIEW", "ENGAGEMENT", "LEAD", "CUSTOMER"];
}
