namespace QrPlatform.Seed.Campaigns;

/// <summary>How busy each hour of a place's day is.</summary>
internal enum HourProfile
{
    /// <summary>From breakfast to late evening, with its height after work.</summary>
    Leisure,

    /// <summary>The ways to work and back.</summary>
    Commute,

    /// <summary>Lunch and dinner.</summary>
    Meals,

    /// <summary>Office hours.</summary>
    Business,
}

/// <summary>How busy each day of the week is.</summary>
internal enum WeekProfile
{
    /// <summary>More at weekends.</summary>
    Weekends,

    /// <summary>Hardly any at weekends and on holidays.</summary>
    Workdays,

    /// <summary>Fridays and Saturdays.</summary>
    GoingOut,
}

/// <summary>A spell of days, counted back from the last day of the data.</summary>
/// <param name="First">Days before the last day at which it begins.</param>
/// <param name="Last">Days before the last day at which it ends, inclusive.</param>
internal readonly record struct Spell(int First, int Last)
{
    public bool Covers(int daysBefore) => daysBefore <= First && daysBefore >= Last;
}

/// <summary>Money spent on a campaign.</summary>
/// <param name="From">First day.</param>
/// <param name="To">Last day.</param>
/// <param name="Amount">In US dollars.</param>
internal sealed record DemoCost(DateOnly From, DateOnly To, decimal Amount);

/// <summary>A printed code at a place.</summary>
/// <param name="Code">Code id.</param>
/// <param name="Kind">What it is printed on.</param>
/// <param name="Place">Where.</param>
/// <param name="Weight">Its share of the campaign's scans, relative to the campaign's other placements.</param>
/// <param name="IsInstalled">Whether it hangs there yet; if not, nobody can scan it.</param>
internal sealed record DemoPlacement(string Code, string Kind, Place Place, double Weight, bool IsInstalled = true);

/// <summary>What a campaign is, and how the people behave who scan its codes. Rates are probabilities of a step, given the step before.</summary>
internal sealed record DemoCampaign
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string ChannelType { get; init; }
    public required string ContentCategory { get; init; }
    public required string ConversionGoal { get; init; }
    public required string BusinessUnit { get; init; }
    public required decimal Budget { get; init; }
    public required IReadOnlyList<DemoPlacement> Placements { get; init; }

    /// <summary>Sessions per day, relative to other campaigns, on a day where nothing is special.</summary>
    public required double Weight { get; init; }

    public HourProfile Hours { get; init; } = HourProfile.Leisure;
    public WeekProfile Week { get; init; } = WeekProfile.Weekends;

    /// <summary>Further factor of a day: seasons, mailings, shows. Arguments: the day, and how many days it lies before the last one.</summary>
    public Func<DateOnly, int, double> Season { get; init; } = static (_, _) => 1;

    /// <summary>When its landing page did not load.</summary>
    public Spell? Breakdown { get; init; }

    /// <summary>Arms of its A/B test; the second one converts a quarter better.</summary>
    public IReadOnlyList<string> Variants { get; init; } = [];

    public double LandingRate { get; init; } = 0.95;
    public double EngagementRate { get; init; } = 0.62;
    public double ConversionRate { get; init; } = 0.2;

    /// <summary>Share of converted visitors who become customers, some days later.</summary>
    public double CustomerRate { get; init; } = 0.15;

    public double RefundRate { get; init; } = 0.05;
    public double ReturnRate { get; init; } = 0.25;

    /// <summary>Mean of the source's lead scores.</summary>
    public double LeadScore { get; init; } = 55;

    /// <summary>Median of what a customer spends, in US dollars.</summary>
    public double OrderValue { get; init; } = 40;

    /// <summary>What conversions are called: the usual one, then what comes with it at times.</summary>
    public IReadOnlyList<string> Conversions { get; init; } = ["EMAIL_SIGNUP", "DEMO_REQUEST"];

    /// <summary>Whether people buy at once instead of days later.</summary>
    public bool BuysAtOnce { get; init; }

    /// <summary>What was spent, for data from the first to the last day.</summary>
    public Func<DateOnly, DateOnly, IEnumerable<DemoCost>> Costs { get; init; } = static (_, _) => [];
}

/// <summary>A tenant of the demo data.</summary>
/// <param name="Id">Its id.</param>
/// <param name="TimeZone">IANA id of its days.</param>
/// <param name="IngestKey">Published key of the local default.</param>
/// <param name="Administrator">Published user of the local default.</param>
/// <param name="Campaigns">Its campaigns.</param>
/// <param name="ConsentDeniedRate">Share of sessions whose visitor refuses analytics.</param>
internal sealed record DemoTenant(
    string Id, string TimeZone, string IngestKey, string Administrator, IReadOnlyList<DemoCampaign> Campaigns, double ConsentDeniedRate);
