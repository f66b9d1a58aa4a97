using System.Text.Json;

namespace QrPlatform.Seed;

/// <summary>What the first seeding decided, kept beside the data so that seeding again sends the same events.</summary>
/// <param name="LastDay">Last day of the demo data.</param>
internal sealed record SeedState(DateOnly LastDay)
{
    /// <summary>The last day to use; remembered when it is the first time, or when another one was asked for.</summary>
    public static DateOnly Decide(SeedOptions options, TimeProvider clock)
    {
        var kept = options.StateFile is { } file && File.Exists(file) ? JsonSerializer.Deserialize<SeedState>(File.ReadAllText(file)) : null;
        if (options.Until is null && kept is not null) return kept.LastDay;

        // The westernmost tenant's yesterday is over for every tenant.
        var zones = Campaigns.DemoTenants.All.Select(static tenant => TimeZoneInfo.FindSystemTimeZoneById(tenant.TimeZone));
        var yesterday = zones.Min(zone => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(clock.GetUtcNow(), zone).DateTime)).AddDays(-1);
        if (options.Until > yesterday) throw new FormatException($"--seed-until {options.Until:yyyy-MM-dd} is not over yet; the last possible day is {yesterday:yyyy-MM-dd}.");
        var day = options.Until ?? yesterday;
        if (options.StateFile is not null) Write(options.StateFile, new SeedState(day));
        return day;
    }

    private static void Write(string file, SeedState state)
    {
        if (Path.GetDirectoryName(file) is { Length: > 0 } directory) Directory.CreateDirectory(directory);
        File.WriteAllText(file + ".new", JsonSerializer.Serialize(state));
        File.Move(file + ".new", file, overwrite: true);
    }
}
