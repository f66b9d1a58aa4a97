using QrPlatform.Seed.Campaigns;

namespace QrPlatform.Seed.Tests;

public sealed class SeedOptionsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qrplatform-seed-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("demo", SeedOptions.DefaultSize)]
    [InlineData("demo:1", 1)]
    [InlineData("demo:500000", 500_000)]
    public void Takes_a_size(string text, int size) => Assert.Equal(size, Parse("--seed", text).Size);

    [Theory]
    [InlineData("--seed", "demo:0")]
    [InlineData("--seed", "demo:-5")]
    [InlineData("--seed", "demo:1e6")]
    [InlineData("--seed", "demo:99999999999999")]
    [InlineData("--seed", "production")]
    [InlineData("--seed-until", "20.11.2026")]
    [InlineData("--seed-until", "2026-02-30")]
    [InlineData("--seed-until", "0001-01-01")]
    [InlineData("--what", "else")]
    public void Says_which_argument_it_does_not_understand(string name, string value) =>
        Assert.StartsWith(name, Assert.Throws<FormatException>(() => Parse(name, value)).Message, StringComparison.Ordinal);

    [Fact]
    public void Needs_somewhere_to_send_to_or_to_write_to()
    {
        Assert.Throws<FormatException>(() => SeedOptions.Parse([]));
        Assert.Throws<FormatException>(() => SeedOptions.Parse(["--gateway", "http://localhost:1", "--write", _folder]));
        Assert.Throws<FormatException>(() => SeedOptions.Parse(["--gateway"]));
    }

    [Fact]
    public void Keeps_the_last_day_of_the_first_seeding()
    {
        // 03:00 UTC: in Los Angeles it is still the day before, whose yesterday is the 19th.
        var first = SeedState.Decide(Parse(), new FixedClock(new DateTimeOffset(2026, 11, 21, 3, 0, 0, TimeSpan.Zero)));
        Assert.Equal(new DateOnly(2026, 11, 19), first);
        Assert.Equal(first, SeedState.Decide(Parse(), new FixedClock(new DateTimeOffset(2027, 3, 1, 3, 0, 0, TimeSpan.Zero))));
    }

    [Fact]
    public void Takes_another_last_day_when_it_is_over()
    {
        var clock = new FixedClock(new DateTimeOffset(2026, 11, 21, 3, 0, 0, TimeSpan.Zero));
        Assert.Equal(new DateOnly(2025, 1, 31), SeedState.Decide(Parse("--seed-until", "2025-01-31"), clock));
        Assert.Equal(new DateOnly(2025, 1, 31), SeedState.Decide(Parse(), clock));
        Assert.Contains("2026-11-19", Assert.Throws<FormatException>(() => SeedState.Decide(Parse("--seed-until", "2026-11-20"), clock)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Costs_lie_within_a_month_of_the_data_and_are_above_zero()
    {
        DateOnly first = new(2025, 10, 17), last = new(2026, 11, 20);
        foreach (var campaign in DemoTenants.All.SelectMany(static tenant => tenant.Campaigns))
        {
            var costs = campaign.Costs(first, last).ToList();
            Assert.NotEmpty(costs);
            Assert.Equal(costs.Count, costs.DistinctBy(static cost => cost.From).Count());
            Assert.All(costs, cost => Assert.True(cost.From <= cost.To && cost.Amount > 0 && cost.From >= first.AddDays(-31) && cost.To <= last.AddDays(31)));
        }
    }

    private SeedOptions Parse(params string[] arguments) =>
        SeedOptions.Parse(["--gateway", "http://localhost:8080", "--state", Path.Combine(_folder, "seed.json"), .. arguments]);

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
