using QrPlatform.Alerting.Evaluation;
using QrPlatform.Alerting.Rules;

namespace QrPlatform.Alerting.Tests.Evaluation;

public sealed class OutcomesTests
{
    [Theory]
    [InlineData("lt", 80, 90, 79.9, "breach")]
    [InlineData("lt", 80, 90, 80, "between")]
    [InlineData("lt", 80, 90, 89.9, "between")]
    [InlineData("lt", 80, 90, 90, "recovered")]
    [InlineData("lte", 80, 80, 80, "breach")]
    [InlineData("lte", 80, 80, 80.1, "recovered")]
    [InlineData("gt", 80, 60, 80.1, "breach")]
    [InlineData("gt", 80, 60, 80, "between")]
    [InlineData("gt", 80, 60, 60, "recovered")]
    [InlineData("gte", 80, 60, 60, "between")]
    [InlineData("gte", 80, 60, 59, "recovered")]
    public void Hysteresis_keeps_an_incident_open_between_the_thresholds(string comparison, double threshold, double recovery, double value, string outcome) =>
        Assert.Equal(outcome, Outcomes.Of(Rule(comparison, threshold, recovery), (decimal)value, 1));

    [Theory]
    [InlineData("ignore", "no_data")]
    [InlineData("breach", "breach")]
    [InlineData("recovery", "recovered")]
    public void No_number_says_nothing_unless_told(string noData, string outcome) =>
        Assert.Equal(outcome, Outcomes.Of(Rule("lt", 80, 90) with { NoData = noData }, null, 0));

    [Fact]
    public void Too_few_scans_say_nothing_and_unknown_ones_are_too_few()
    {
        var rule = Rule("lt", 80, 90) with { Condition = new Condition("lt", 80, 90, 50, 1, 1) };
        Assert.Equal("too_few_scans", Outcomes.Of(rule, 1, 49));
        Assert.Equal("breach", Outcomes.Of(rule, 1, 50));
        Assert.Equal("too_few_scans", Outcomes.Of(rule, 1, null));
    }

    [Theory]
    [InlineData(1, 1, "", true)]
    [InlineData(2, 2, "breach", true)]
    [InlineData(2, 2, "recovered breach", false)]
    [InlineData(2, 3, "recovered breach", true)]
    [InlineData(3, 5, "breach no_data too_few_scans between breach", false)]
    [InlineData(3, 5, "breach no_data breach", true)]
    [InlineData(3, 3, "breach", false)]
    public void Opens_after_n_of_m(int count, int of, string before, bool opens)
    {
        var rule = Rule("lt", 80, 90) with { Condition = new Condition("lt", 80, 90, 0, count, of) };
        var earlier = before.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(opens, Outcomes.Opens(rule, Outcomes.Breach, earlier));
        Assert.False(Outcomes.Opens(rule, Outcomes.Recovered, earlier));
    }

    private static Rule Rule(string comparison, double threshold, double recovery) => new()
    {
        Name = "r",
        Metric = "total_scans",
        Interval = "hour",
        Condition = new Condition(comparison, (decimal)threshold, (decimal)recovery, 0, 1, 1),
        NoData = "ignore",
        Severity = "info",
        Emails = [],
        Webhooks = [],
        Enabled = true,
    };
}
