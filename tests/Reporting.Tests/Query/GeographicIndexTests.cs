using System.Text.Json;
using QrPlatform.Reporting.Tests.Data;
using QrPlatform.Reporting.Tests.Hosting;
using QrPlatform.ServiceDefaults.Security;
using static QrPlatform.Reporting.Tests.Data.PlainNumbers;

namespace QrPlatform.Reporting.Tests.Query;

/// <summary>Each place against all others, without itself.</summary>
public sealed class GeographicIndexTests(NumbersFixture fixture) : IClassFixture<NumbersFixture>
{
    public static readonly string[] Metrics = ["geographic_performance_index", "geographic_performance_index_low", "geographic_performance_index_high"];

    private const int Least = 30;

    private static readonly DateOnly From = new(2025, 3, 1), To = new(2026, 1, 31);
    private static readonly string[] Places = ["country", "region", "city"];

    [Theory]
    [InlineData("country", false)]
    [InlineData("country,region,city", false)]
    [InlineData("device_type,country", false)]
    [InlineData("month,country", false)]
    [InlineData("region", true)]
    public async Task Equals_the_rate_against_that_of_all_other_places_in_the_same_row(string dimensions, bool isFiltered)
    {
        var by = dimensions.Split(',');
        var plain = new PlainNumbers(fixture.Demo, "America/Los_Angeles");
        var facts = plain.InRange(From, To).Where(fact => !isFiltered || plain.Label(fact, "country") == "US").ToList();
        object[] filters = isFiltered ? [new { dimension = "country", @operator = "eq", values = new[] { "US" } }] : [];
        var answer = await fixture.Reporting.QueryAsync(new { metrics = Metrics.Append("sessions"), dimensions = by, filters, dateRange = MetricsTests.Range(From, To), limit = 10_000 });

        string Key(Fact fact, IEnumerable<string> labels) => string.Join('|', labels.Select(label => plain.Label(fact, label) ?? "-"));
        var sessions = facts.Where(fact => fact.IsAttribution).ToList();
        var values = 0;
        foreach (var row in answer.Rows.Where(row => row[by.Length + 3].GetInt32() > 0))
        {
            var key = string.Join('|', row.Take(by.Length).Select(cell => cell.GetString() ?? "-"));
            var own = sessions.Where(fact => Key(fact, by) == key).ToList();
            string[] beside = [.. by.Except(Places)];
            var others = sessions.Where(fact => Key(fact, beside) == Key(own[0], beside)).Except(own).ToList();
            var (p, q) = (Rate(plain, own), Rate(plain, others));
            var isEnough = own.Count >= Least && others.Count >= Least;
            AssertNear(isEnough && q.Share > 0 ? (p.Share / q.Share - 1) * 100 : null, row[by.Length], key);
            AssertNear(isEnough ? (p.Low / q.High - 1) * 100 : null, row[by.Length + 1], key);
            AssertNear(isEnough && q.Low > 1e-12 ? (p.High / q.Low - 1) * 100 : null, row[by.Length + 2], key);
            if (isEnough) values++;
        }

        Assert.True(values > 0 || by.Contains("month"), "No row had a value.");
        Assert.Equal(facts.Count(fact => fact.IsAttribution), answer.Rows.Sum(row => row[by.Length + 3].GetInt32()));
    }

    [Fact]
    public async Task A_place_with_few_sessions_has_none_wherever_the_answer_came_from_and_groups_of_five_hold()
    {
        object Ask(params string[] by) => new { metrics = Metrics.Append("sessions"), dimensions = by, dateRange = MetricsTests.Range(new(2025, 3, 1), new(2025, 3, 20)), limit = 10_000, totals = true };
        var few = await fixture.Reporting.QueryAsync(Ask("city", "day"));
        Assert.Contains(few.Rows, row => row[5].GetInt32() is > 0 and < Least);
        Assert.All(few.Rows.Where(row => row[5].GetInt32() < Least), row => Assert.All(row.Skip(2).Take(3), cell => Assert.Equal(JsonValueKind.Null, cell.ValueKind)));

        // An executive sees no city that is withheld from other questions, and of the others the same.
        var executive = fixture.Reporting.Token(Roles.Executive);
        static HashSet<string> Shown(Answer answer) => [.. answer.Rows.Select(row => string.Join('|', row))];
        var plain = await fixture.Reporting.QueryAsync(new { metrics = new[] { "sessions" }, dimensions = new[] { "city", "day" }, dateRange = MetricsTests.Range(new(2025, 3, 1), new(2025, 3, 20)), limit = 10_000 }, executive);
        var grouped = await fixture.Reporting.QueryAsync(Ask("city", "day"), executive);
        Assert.Subset(Shown(few), Shown(grouped));
        Assert.Equal(plain.Rows.Select(row => $"{row[0]} {row[1]}"), grouped.Rows.Select(row => $"{row[0]} {row[1]}"));
        Assert.True(grouped.Rows.Count < few.Rows.Count);
    }

    private static (double Share, double Low, double High) Rate(PlainNumbers plain, List<Fact> sessions)
    {
        if (sessions.Count == 0) return default;
        var (share, count) = ((double)plain.Metric("conversion_rate", sessions, From).Value!, (double)sessions.Count);
        const double Z = 1.96;
        double End(int side) => (share + Z * Z / (2 * count) + side * Z * Math.Sqrt(share * (1 - share) / count + Z * Z / (4 * count * count))) / (1 + Z * Z / count);
        return (share, End(-1), End(1));
    }

    private static void AssertNear(double? expected, JsonElement cell, string key) =>
        Assert.True(expected is null ? cell.ValueKind == JsonValueKind.Null : cell.ValueKind == JsonValueKind.Number && Math.Abs(cell.GetDouble() - expected.Value) < 1e-6, $"{key}: expected {expected}, got {cell}");
}
