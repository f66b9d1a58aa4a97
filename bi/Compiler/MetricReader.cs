namespace QrPlatform.Bi;

/// <summary>Reads one entry of <c>metrics.yaml</c>, with the measures that its formula names.</summary>
internal static class MetricReader
{
    public static Metric Read(YamlEntry entry, IReadOnlyDictionary<string, Measure> measures)
    {
        entry.Allow("name", "title", "definition", "formula", "by_conversion_type", "settles", "least", "grain", "dated_by", "additivity", "unit", "format", "privacy", "owner", "target", "version");
        var formula = ReadFormula(entry);
        var used = formula.MeasureNames.Select(name => Find(entry, "formula", name, measures)).OfType<Measure>().ToList();
        var settles = Settles(entry, measures);
        var additivity = entry.Choice<Additivity>("additivity");
        CheckAdditivity(entry, formula, used, additivity);
        CheckPlaces(entry, formula, measures);
        return new Metric(
            entry.Text("name"), entry.Text("title"), entry.Sentence("definition"), entry.Text("formula"), settles is null ? used : [.. used, settles.Measure],
            entry.Text("grain"), entry.Text("dated_by"), additivity, entry.Text("unit"), entry.Text("format"), entry.Choice<PrivacyClass>("privacy"),
            entry.Text("owner"), Target(entry), entry.Number("version", 1), ByConversionType(entry, measures), settles)
        {
            Formula = formula,
            Least = Least(entry, used),
        };
    }

    private static Formula ReadFormula(YamlEntry entry)
    {
        var text = entry.Text("formula");
        try
        {
            if (text.Length > 0) return FormulaParser.Parse(text);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
            entry.Note("formula", $"Is no formula: {exception.Message}.");
        }

        return new Formula.Number(0);
    }

    // Whoever adds up an answer's rows trusts this.
    private static void CheckAdditivity(YamlEntry entry, Formula formula, List<Measure> used, Additivity additivity)
    {
        var expected = formula.Divides ? Additivity.Ratio
            : used.Any(measure => measure.IsDistinct) ? Additivity.Distinct
            : Additivity.Additive;
        if (entry.Has("additivity") && additivity != expected) entry.Note("additivity", $"The formula makes it {YamlEntry.Written(expected)}.");
    }

    // What is counted once however many groups it is in cannot be told of the others by subtraction.
    private static void CheckPlaces(YamlEntry entry, Formula formula, IReadOnlyDictionary<string, Measure> measures)
    {
        if (!formula.ComparesPlaces) return;
        foreach (var name in formula.MeasureNames.Where(name => measures.TryGetValue(name, out var measure) && (measure.IsDistinct || measure.Type == MeasureType.Instant)))
            entry.Note("formula", $"The measure '{name}' is not additive, so that other_places has no meaning.");
    }

    private static LeastSample? Least(YamlEntry entry, List<Measure> used)
    {
        if (entry.Entry("least") is not { } least) return null;
        least.Allow("measure", "count");
        var (name, count) = (least.Text("measure"), least.Number("count", 1));
        if (used.Find(measure => measure.Name == name) is { } measure) return new LeastSample(measure, count);
        least.Note("measure", "Must be a measure of the formula.");
        return null;
    }

    private static Measure? ByConversionType(YamlEntry entry, IReadOnlyDictionary<string, Measure> measures)
    {
        if (entry.OptionalText("by_conversion_type") is not { } name || Find(entry, "by_conversion_type", name, measures) is not { } measure) return null;
        if (measure.Source == RowSource.Conversion) return measure;
        entry.Note("by_conversion_type", $"The measure '{name}' does not come from conversions.");
        return null;
    }

    private static Settling? Settles(YamlEntry entry, IReadOnlyDictionary<string, Measure> measures)
    {
        if (entry.Entry("settles") is not { } settles) return null;
        settles.Allow("measure", "hours");
        var hours = settles.Number("hours", 1);
        if (Find(settles, "measure", settles.Text("measure"), measures) is not { } measure) return null;
        if (measure.Type == MeasureType.Instant) return new Settling(measure, hours);
        settles.Note("measure", $"The measure '{measure.Name}' is no instant.");
        return null;
    }

    private static TargetBand? Target(YamlEntry entry)
    {
        if (entry.Entry("target") is not { } target) return null;
        target.Allow("at_least", "at_most");
        var band = new TargetBand(target.Decimal("at_least"), target.Decimal("at_most"));
        if (band is { AtLeast: null, AtMost: null }) entry.Note("target", "Must have at_least or at_most.");
        if (band.AtLeast > band.AtMost) entry.Note("target", "at_least must not exceed at_most.");
        return band;
    }

    private static Measure? Find(YamlEntry entry, string field, string name, IReadOnlyDictionary<string, Measure> measures)
    {
        if (measures.TryGetValue(name, out var measure)) return measure;
        entry.Note(field, $"There is no measure '{name}'. Allowed: {string.Join(", ", measures.Keys.Order(StringComparer.Ordinal))}.");
        return null;
    }
}
