using System.Globalization;
using System.Text;

namespace QrPlatform.Bi;

/// <summary>Writes the model as a page for people.</summary>
public static class DataDictionary
{
    /// <summary>How the page in the repository is made anew.</summary>
    public const string Command = "ACCEPT_BASELINES=1 dotnet test tests/Catalogue.Tests --filter DataDictionaryTests";

    /// <summary>The page, in Markdown.</summary>
    public static string Write(CatalogueModel model)
    {
        var page = new StringBuilder(
            $"""
            # Data dictionary

            What every number and breakdown means. Made from `bi/catalogue` by `{Command}`; a test fails while it is not what the catalogue says.
            Catalogue `{model.Hash}`; answers of the query API carry this hash.


            """);
        Metrics(page, model);
        Dimensions(page, model);
        Measures(page, model);
        return page.ToString();
    }

    private static void Metrics(StringBuilder page, CatalogueModel model)
    {
        page.Append("## Metrics\n\nA measure without rows is 0; what is divided by 0 is null. Additive metrics may be summed over every dimension, distinct ones over none, ratios are computed anew at every grain.\n\n");
        Row(page, "metric", "title", "definition", "formula", "counts", "dated by", "additivity", "unit", "format", "privacy", "owner", "target", "version");
        Row(page, [.. Enumerable.Repeat("---", 13)]);
        foreach (var metric in model.Metrics)
        {
            Row(page, $"`{metric.Name}`", metric.Title, metric.Definition, $"`{metric.FormulaText}`", metric.Grain, metric.DatedBy, YamlEntry.Written(metric.Additivity),
                metric.Unit, $"`{metric.Format}`", YamlEntry.Written(metric.Privacy), metric.Owner, Target(metric.Target), metric.Version.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static void Dimensions(StringBuilder page, CatalogueModel model)
    {
        page.Append("\n## Dimensions\n\n");
        Row(page, "dimension", "title", "definition", "values", "known of", "in schema `bi`", "privacy", "owner", "version");
        Row(page, [.. Enumerable.Repeat("---", 9)]);
        foreach (var dimension in model.Dimensions)
        {
            Row(page, $"`{dimension.Name}`", dimension.Title, dimension.Definition,
                dimension.Grades is { } grades ? string.Join(", ", [.. grades.Select(grade => grade.Value), dimension.Missing!]) : dimension.Example is { } example ? $"`{example}`" : "text",
                string.Join(", ", dimension.Sources.Select(source => YamlEntry.Written(source))), $"`{dimension.Star.View}.{dimension.Star.Column}`",
                YamlEntry.Written(dimension.Privacy), dimension.Owner, dimension.Version.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static void Measures(StringBuilder page, CatalogueModel model)
    {
        page.Append("\n## Measures\n\nWhat formulas are made of. Those with a column in the rollups are answered from them where the question allows it.\n\n");
        Row(page, "measure", "definition", "rows of", "in rollups");
        Row(page, [.. Enumerable.Repeat("---", 4)]);
        foreach (var measure in model.Measures)
        {
            Row(page, $"`{measure.Name}`", measure.Definition, YamlEntry.Written(measure.Source),
                measure.Rollup is { } rollup ? $"`{rollup}`" : measure.Cells != VisitorCells.None ? "visitor cells" : "");
        }
    }

    private static string Target(TargetBand? band) => band switch
    {
        null => "",
        { AtLeast: { } least, AtMost: { } most } => string.Create(CultureInfo.InvariantCulture, $"{least} to {most}"),
        { AtLeast: { } least } => string.Create(CultureInfo.InvariantCulture, $"at least {least}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"at most {band.AtMost}"),
    };

    private static void Row(StringBuilder page, params IReadOnlyList<string> cells) =>
        page.Append("| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
}
