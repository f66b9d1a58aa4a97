using System.Text.Json;
using QrPlatform.Testing;

namespace QrPlatform.Catalogue.Tests;

public sealed class CatalogueCompilerTests
{
    private const string Metric =
        """
        metrics:
          - name: scans_per_session
            title: Scans per session
            definition: Scans divided by sessions.
            formula: (scans - 1) / sessions * 2.5
            grain: a session
            dated_by: the scan
            additivity: ratio
            unit: scans
            format: "0.0"
            privacy: aggregate
            owner: analytics
            target: {at_least: 1, at_most: 2}
            version: 3
        """;

    private static readonly CatalogueModel Model = CatalogueCompiler.CompileEmbedded();

    [Fact]
    public void A_formula_is_read_with_its_precedence_and_its_measures_are_resolved()
    {
        var metric = Compile("metrics.yaml", Metric).Metrics.Single();
        Assert.Equal(["scans", "sessions"], metric.Measures.Select(measure => measure.Name));
        var product = Assert.IsType<Formula.Operation>(metric.Formula);
        Assert.Equal(('*', new Formula.Number(2.5m)), (product.Operator, product.Right));
        var quotient = Assert.IsType<Formula.Operation>(product.Left);
        Assert.Equal(('/', new Formula.MeasureValue("sessions")), (quotient.Operator, quotient.Right));
        Assert.Equal(new Formula.Operation('-', new Formula.MeasureValue("scans"), new Formula.Number(1)), quotient.Left);
        Assert.Equal(new TargetBand(1, 2), metric.Target);
    }

    [Theory]
    [InlineData("formula: (scans - 1) / sessions * 2.5", "formula: scans / visits", "metrics.yaml:5: metrics.scans_per_session.formula: There is no measure 'visits'. Allowed: bot_scans, ")]
    [InlineData("formula: (scans - 1) / sessions * 2.5", "formula: scans / (sessions", "metrics.yaml:5: metrics.scans_per_session.formula: Is no formula: ')' is missing at position 18 of 'scans / (sessions'.")]
    [InlineData("formula: (scans - 1) / sessions * 2.5", "formula: scans; drop table x", "metrics.yaml:5: metrics.scans_per_session.formula: Is no formula: ';' is not expected at position 6 ")]
    [InlineData("formula: (scans - 1) / sessions * 2.5", "formula: scans / other_places(scans + 1)", "metrics.yaml:5: metrics.scans_per_session.formula: Is no formula: other_places needs a measure at position 32 of 'scans / other_places(scans + 1)'.")]
    [InlineData("additivity: ratio", "additivity: additive", "metrics.yaml:8: metrics.scans_per_session.additivity: The formula makes it ratio.")]
    [InlineData("additivity: ratio", "additivity: some", "metrics.yaml:8: metrics.scans_per_session.additivity: Must be one of: additive, distinct, ratio.")]
    [InlineData("unit: scans", "units: scans", "metrics.yaml:9: metrics.scans_per_session.units: There is no such field. Allowed: name, title, ")]
    [InlineData("unit: scans", "units: scans", "metrics.yaml:2: metrics.scans_per_session.unit: Is required.")]
    [InlineData("by sessions.", "by sessions", "metrics.yaml:4: metrics.scans_per_session.definition: Must be one line that ends with a full stop.")]
    [InlineData("at_least: 1", "at_least: 3", "metrics.yaml:13: metrics.scans_per_session.target: at_least must not exceed at_most.")]
    [InlineData("version: 3", "version: new", "metrics.yaml:14: metrics.scans_per_session.version: Must be a whole number from 1.")]
    [InlineData("name: scans_per_session", "name: \"a'b\"", "metrics.yaml:2: metrics.a'b.name: Must be lower-case letters, digits and underscores.")]
    [InlineData("grain: a session", "grain: [", "metrics.yaml:")]
    public void A_fault_is_told_with_file_line_and_field(string right, string wrong, string message)
    {
        var exception = Assert.Throws<CatalogueException>(() => Compile("metrics.yaml", Metric.Replace(right, wrong, StringComparison.Ordinal)));
        Assert.Contains(exception.Faults, fault => fault.ToString().StartsWith(message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("is_scan", "is_scan or true")]
    [InlineData("is_scan", "kind = 'a' 'b'")]
    [InlineData("is_scan", "now() > 1")]
    [InlineData("is_scan", "a > '; drop table x'")]
    public void A_condition_is_one_of_few_forms(string right, string wrong)
    {
        var measures = CatalogueCompiler.ReadEmbedded("measures.yaml");
        var exception = Assert.Throws<CatalogueException>(() => Compile("measures.yaml", measures.Replace($"where: [{right}]", $"where: [\"{wrong}\"]", StringComparison.Ordinal)));
        Assert.Contains(exception.Faults, fault => fault.Field == "measures.scans.where" && fault.Message.Contains("is no condition", StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_name_twice_is_a_fault()
    {
        var twice = Metric + Metric[Metric.IndexOf('\n', StringComparison.Ordinal)..];
        Assert.Contains("'scans_per_session' is there twice.", Assert.Throws<CatalogueException>(() => Compile("metrics.yaml", twice)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_hash_follows_what_is_defined_not_how_it_is_written()
    {
        Assert.Matches("^[0-9a-f]{64}$", Model.Hash);
        Assert.Equal(Model.Hash, CatalogueCompiler.CompileEmbedded().Hash);
        var metrics = CatalogueCompiler.ReadEmbedded("metrics.yaml");
        Assert.Equal(Model.Hash, Compile("metrics.yaml", "# a remark\n" + metrics.Replace("unit: scans\n", "unit:   'scans' # so many\n", StringComparison.Ordinal)).Hash);
        Assert.NotEqual(Model.Hash, Compile("metrics.yaml", metrics.Replace("unit: scans\n", "unit: codes\n", StringComparison.Ordinal)).Hash);
        Assert.NotEqual(Model.Hash, Compile("measures.yaml", CatalogueCompiler.ReadEmbedded("measures.yaml").Replace("168", "167", StringComparison.Ordinal)).Hash);
    }

    [Fact]
    public void Every_metric_of_the_contract_is_there()
    {
        string[] contract =
        [
            "total_scans", "sessions", "unique_visitors", "returning_visitors", "conversions", "converting_sessions", "conversion_rate", "conversion_rate_7d", "revenue",
            "average_lead_score", "average_engagement_seconds", "new_customers", "cost", "campaign_roi", "cost_per_acquisition", "bot_scans", "unconsented_scans", "test_scans",
        ];
        Assert.Empty(contract.Except(Model.Metrics.Select(metric => metric.Name)));
        string[] dimensions =
        [
            "hour", "day", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year", "hour_of_day", "day_of_week", "campaign_id", "campaign_name", "campaign_name_as_of", "variant", "channel_type",
            "content_category", "conversion_goal", "conversion_type", "business_unit", "qr_code_id", "country", "region", "city", "device_type", "os", "browser", "lead_quality",
        ];
        Assert.Empty(dimensions.Except(Model.Dimensions.Select(dimension => dimension.Name)));
    }

    [Theory]
    [InlineData("measure", "measures.yaml", "measures")]
    [InlineData("metric", "metrics.yaml", "metrics")]
    [InlineData("dimension", "dimensions.yaml", "dimensions")]
    [InlineData("view", "views.yaml", "views")]
    public void The_schema_for_editors_allows_what_the_compiler_allows(string definition, string file, string list)
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Repository.PathOf("bi", "catalogue", "schema.json")));
        var properties = schema.RootElement.GetProperty("$defs").GetProperty(definition).GetProperty("properties").EnumerateObject().Select(property => property.Name);
        var fault = Assert.Throws<CatalogueException>(() => Compile(file, $"{list}:\n  - {{nothing: 1}}")).Faults.First(fault => fault.Field.EndsWith(".nothing", StringComparison.Ordinal));
        Assert.Equal($"There is no such field. Allowed: {string.Join(", ", properties)}.", fault.Message);
    }

    private static CatalogueModel Compile(string file, string text) =>
        CatalogueCompiler.Compile(CatalogueCompiler.Files.ToDictionary(name => name, name => name == file ? text : CatalogueCompiler.ReadEmbedded(name)));
}
