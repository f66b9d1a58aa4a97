namespace QrPlatform.Bi;

/// <summary>Reads one entry of <c>dimensions.yaml</c>.</summary>
internal static class DimensionReader
{
    public static Dimension Read(YamlEntry entry, IReadOnlyList<PublishedView> views)
    {
        entry.Allow("name", "title", "definition", "type", "column", "grain", "bands", "missing", "sources", "star", "example", "privacy", "owner", "version");
        var type = entry.Choice<DimensionType>("type");
        Demand(entry, "column", type != DimensionType.Time);
        Demand(entry, "grain", type == DimensionType.Time);
        Demand(entry, "example", type == DimensionType.Time);
        Demand(entry, "bands", type == DimensionType.Choice);
        Demand(entry, "missing", type == DimensionType.Choice);
        var sources = entry.Choices<RowSource>("sources");
        if (sources.Count == 0) entry.Note("sources", "Must name at least one source.");
        return new Dimension(
            entry.Text("name"), entry.Text("title"), entry.Sentence("definition"), type, entry.OptionalText("column"),
            entry.Has("grain") ? entry.Choice<TimeGrain>("grain") : null, Grades(entry), entry.OptionalText("missing"), sources, Star(entry, views),
            entry.OptionalText("example"), entry.Choice<PrivacyClass>("privacy"), entry.Text("owner"), entry.Number("version", 1));
    }

    private static void Demand(YamlEntry entry, string field, bool required)
    {
        if (entry.Has(field) != required) entry.Note(field, required ? "Is required for this type." : "Has no meaning for this type.");
    }

    private static List<Grade>? Grades(YamlEntry entry)
    {
        if (!entry.Has("bands")) return null;
        var grades = new List<Grade>();
        foreach (var band in entry.Entries("bands"))
        {
            band.Allow("from", "value");
            grades.Add(new Grade(band.Decimal("from"), band.Text("value")));
        }

        var limits = grades.SkipLast(1).Select(grade => grade.From).ToList();
        if (grades.Count < 2 || grades[^1].From is not null || limits.Contains(null) || !limits.SequenceEqual(limits.OrderDescending().Distinct()))
            entry.Note("bands", "Must fall from the greatest 'from' to the least, and end with a band without 'from'.");
        return grades;
    }

    private static StarColumn Star(YamlEntry entry, IReadOnlyList<PublishedView> views)
    {
        var parts = entry.Text("star").Split('.');
        if (parts.Length == 2 && views.Any(view => view.Name == parts[0])) return new StarColumn(parts[0], parts[1]);
        entry.Note("star", "Must be view.column of a view in views.yaml.");
        return new StarColumn("", "");
    }
}
