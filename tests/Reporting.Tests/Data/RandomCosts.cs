using System.Globalization;
using QrPlatform.Events;

namespace QrPlatform.Reporting.Tests.Data;

/// <summary>Costs and descriptions of campaigns of the tenant demo, some of which have scans, and their shares of days, computed plainly.</summary>
internal sealed class RandomCosts
{
    private readonly List<(string Tenant, string Stream, object Event)> _events = [];
    private readonly List<CostDay> _days = [];

    public RandomCosts(int seed, int count)
    {
        var random = new Random(seed);
        _events.Add(("demo", "c-camp_3", new CampaignDefined { CampaignId = "camp_3", Name = "Described 3", Channel = "TV", BusinessUnit = "North", Goal = "SALES", Target = new CampaignTarget("unique_visitors", 30) }));
        _events.Add(("demo", "c-camp_unseen", new CampaignDefined { CampaignId = "camp_unseen", Name = "Unseen", Channel = "RADIO", BusinessUnit = "South", Target = new CampaignTarget("unique_visitors", 1_000) }));
        _events.Add(("acme", "c-camp_3", Cost("camp_3", "theirs", new(2025, 3, 1), 400, 4_000m)));
        string[] campaigns = ["camp_3", "camp_4", "camp_nameless", "camp_holiday_2025", "camp_unseen", "camp_costs_only"];
        DateOnly[] around = [new(2025, 3, 5), new(2025, 10, 30), new(2025, 12, 20), new(2026, 1, 25)];
        for (var i = 0; i < count; i++)
        {
            var cost = Cost(campaigns[random.Next(campaigns.Length)], $"cost-{i}", around[random.Next(around.Length)].AddDays(random.Next(6)), random.Next(1, 45), random.Next(-20_000, 300_000) / 100m);
            _events.Add(("demo", $"c-{cost.CampaignId}", cost));
            if (random.Next(6) == 0) _events.Add(("demo", $"c-{cost.CampaignId}", new CampaignCostRemoved { CampaignId = cost.CampaignId, CostId = cost.CostId }));
            else _days.AddRange(Spread(cost));
        }
    }

    public IReadOnlyList<(string Tenant, string Stream, object Event)> Events => _events;

    public IReadOnlyList<CostDay> Days => _days;

    /// <summary>Today's name of any campaign of the random data.</summary>
    public static string? Name(string? campaign) => campaign switch
    {
        "camp_3" => "Described 3",
        "camp_unseen" => "Unseen",
        "camp_holiday_2025" => "Name 2",
        null or "camp_nameless" or "camp_costs_only" => null,
        _ => $"Name {campaign["camp_".Length..]}",
    };

    public static string? Unit(string? campaign) => campaign switch { "camp_3" => "North", "camp_unseen" => "South", _ => null };

    public static string? Label(CostDay cost, string dimension) => dimension switch
    {
        "day" => $"{cost.Day:yyyy-MM-dd}",
        "week" => $"{ISOWeek.GetYear(cost.Day):D4}-W{ISOWeek.GetWeekOfYear(cost.Day):D2}",
        "month" => $"{cost.Day:yyyy-MM}",
        "fiscal_quarter" => $"FY{cost.Day:yyyy}-Q{(cost.Day.Month + 2) / 3}",
        "fiscal_year" => $"FY{cost.Day:yyyy}",
        "quarter" => $"{cost.Day:yyyy}-Q{(cost.Day.Month + 2) / 3}",
        "year" => $"{cost.Day:yyyy}",
        "day_of_week" => (((int)cost.Day.DayOfWeek + 6) % 7 + 1).ToString(CultureInfo.InvariantCulture),
        "campaign_id" => cost.Campaign,
        "campaign_name" => Name(cost.Campaign),
        "channel_type" => cost.Campaign switch { "camp_3" => "TV", "camp_unseen" => "RADIO", "camp_nameless" or "camp_costs_only" => null, _ => "OFFLINE_PRINT" },
        "content_category" => cost.Campaign switch { "camp_holiday_2025" => "category 2", "camp_3" or "camp_4" => $"category {cost.Campaign[^1]}", _ => null },
        _ => throw new ArgumentException(dimension),
    };

    private static CampaignCostRecorded Cost(string campaign, string id, DateOnly from, int days, decimal amount) => new()
    {
        CampaignId = campaign,
        CostId = id,
        From = from,
        To = from.AddDays(days - 1),
        Amount = new Money(amount, "USD"),
        ReportingAmount = new Money(amount, "USD"),
        MinorUnitDigits = 2,
    };

    // Cent by cent: as long as some are left, each day takes one in turn.
    private static IEnumerable<CostDay> Spread(CampaignCostRecorded cost)
    {
        var cents = new long[cost.To.DayNumber - cost.From.DayNumber + 1];
        var all = (long)(cost.ReportingAmount.Amount * 100);
        for (var i = 0; i < Math.Abs(all); i++) cents[i % cents.Length] += Math.Sign(all);
        return cents.Select((share, i) => new CostDay(cost.CampaignId, cost.From.AddDays(i), share / 100m));
    }
}

/// <summary>What a campaign cost on a day.</summary>
internal sealed record CostDay(string Campaign, DateOnly Day, decimal Amount);
