namespace QrPlatform.Seed.Campaigns;

/// <summary>The two tenants of the demo data and what they do.</summary>
internal static class DemoTenants
{
    /// <summary>Days of data: a year and a month, so that last month has a previous year.</summary>
    public const int Days = 400;

    private static readonly Spell[] TradeShowSpells = [new(331, 329), new(214, 212), new(121, 119), new(25, 23)];

    public static readonly DemoTenant Demo = new("demo", "America/Los_Angeles", "qr_ingest_demo", "admin",
        [HolidayLaunch(), Packaging(), CityPosters(), TradeShows(), DirectMail(), TableTents(), TransitAds()], ConsentDeniedRate: 0.006);

    public static readonly DemoTenant Acme = new("acme", "UTC", "qr_ingest_acme", "admin@acme", [AcmeCatalogue(), AcmeLoyalty()], ConsentDeniedRate: 0.04);

    public static readonly IReadOnlyList<DemoTenant> All = [Demo, Acme];

    private static DemoCampaign HolidayLaunch() => new()
    {
        Id = "camp_holiday_2025",
        Name = "Holiday Product Launch",
        ChannelType = "OFFLINE_PRINT",
        ContentCategory = "PRODUCT_DEMO",
        ConversionGoal = "LEAD_GENERATION",
        BusinessUnit = "Consumer",
        Budget = 10_000,
        Weight = 9,
        // Printed codes live on: shops keep the displays, and put up new ones as the next season nears.
        Season = static (day, daysBefore) => day.Month is 11 or 12 ? daysBefore > 200 ? 2.6 : 1.8 : day.Month is 10 ? 1.4 : 0.45,
        ConversionRate = 0.24,
        LeadScore = 64,
        OrderValue = 180,
        Variants = ["A", "B"],
        Placements =
        [
            new("qr_campaign_001_location_sf", "WINDOW_DISPLAY", Place.SanFrancisco, 3), new("qr_campaign_001_location_la", "WINDOW_DISPLAY", Place.LosAngeles, 3),
            new("qr_campaign_001_location_ny", "WINDOW_DISPLAY", Place.NewYork, 4), new("qr_campaign_001_location_chi", "SHELF", Place.Chicago, 2),
        ],
        Costs = static (first, last) => Monthly(first, last, static month => month.Month >= 10 ? 1_500 : 180),
    };

    private static DemoCampaign Packaging() => new()
    {
        Id = "camp_packaging",
        Name = "Product Packaging",
        ChannelType = "PACKAGING",
        ContentCategory = "USER_GUIDE",
        ConversionGoal = "REGISTRATION",
        BusinessUnit = "Products",
        Budget = 900,
        Weight = 16,
        ConversionRate = 0.31,
        CustomerRate = 0.04,
        ReturnRate = 0.4,
        LeadScore = 41,
        OrderValue = 35,
        Conversions = ["PRODUCT_REGISTRATION", "EMAIL_SIGNUP"],
        Placements =
        [
            new("qr_pack_headphones", "PACKAGE", Place.Chicago, 4), new("qr_pack_speaker", "PACKAGE", Place.NewYork, 3), new("qr_pack_charger", "PACKAGE", Place.Austin, 2),
            new("qr_pack_headphones_ca", "PACKAGE", Place.Toronto, 1.5),
        ],
        Costs = static (first, last) => Monthly(first, last, static _ => 60),
    };

    private static DemoCampaign CityPosters() => new()
    {
        Id = "camp_city_posters",
        Name = "City Posters",
        ChannelType = "OUTDOOR",
        ContentCategory = "DISCOUNT_OFFER",
        ConversionGoal = "STORE_VISIT",
        BusinessUnit = "Consumer",
        Budget = 12_000,
        Weight = 14,
        Breakdown = new Spell(75, 62),
        Variants = ["A", "B"],
        ConversionRate = 0.17,
        LeadScore = 48,
        OrderValue = 88,
        Conversions = ["STORE_VISIT", "COUPON_REDEEMED"],
        Placements =
        [
            new("qr_poster_sf_market_st", "POSTER", Place.SanFrancisco, 4), new("qr_poster_la_sunset", "POSTER", Place.LosAngeles, 3), new("qr_poster_ny_union_sq", "POSTER", Place.NewYork, 5),
            new("qr_poster_boston_common", "POSTER", Place.Boston, 2), new("qr_poster_miami_beach", "POSTER", Place.Miami, 2), new("qr_poster_seattle_pike", "POSTER", Place.Seattle, 2),
            new("qr_poster_portland_pearl", "POSTER", Place.Portland, 2, IsInstalled: false),
        ],
        Costs = static (first, last) => Monthly(first, last, static _ => 780),
    };

    private static DemoCampaign TradeShows() => new()
    {
        Id = "camp_trade_shows",
        Name = "Trade Shows",
        ChannelType = "EVENT",
        ContentCategory = "PRODUCT_DEMO",
        ConversionGoal = "LEAD_GENERATION",
        BusinessUnit = "Enterprise",
        Budget = 48_000,
        Weight = 4,
        Hours = HourProfile.Business,
        Week = WeekProfile.Workdays,
        Season = static (_, daysBefore) => Array.Exists(TradeShowSpells, show => show.Covers(daysBefore)) ? 34 : 0.08,
        LandingRate = 0.97,
        EngagementRate = 0.74,
        ConversionRate = 0.38,
        CustomerRate = 0.11,
        RefundRate = 0.01,
        LeadScore = 76,
        OrderValue = 2_400,
        Conversions = ["DEMO_REQUEST", "MEETING_BOOKED"],
        Placements = [new("qr_booth_las_vegas", "BOOTH", Place.LasVegas, 4), new("qr_badge_las_vegas", "BADGE", Place.LasVegas, 1), new("qr_flyer_austin", "FLYER", Place.Austin, 1)],
        Costs = static (_, last) => TradeShowSpells.Select(show => new DemoCost(last.AddDays(-show.First), last.AddDays(-show.Last), 11_500)),
    };

    private static DemoCampaign DirectMail() => new()
    {
        Id = "camp_direct_mail",
        Name = "Direct Mail",
        ChannelType = "DIRECT_MAIL",
        ContentCategory = "DISCOUNT_OFFER",
        ConversionGoal = "PURCHASE",
        BusinessUnit = "Consumer",
        Budget = 24_000,
        Weight = 7,
        // A mailing in the first full week of each month, read for a week or two.
        Season = static (day, _) => 5 * Math.Exp(-DaysSinceMailing(day) / 5.5) + 0.1,
        ConversionRate = 0.21,
        CustomerRate = 0.72,
        RefundRate = 0.08,
        LeadScore = 58,
        OrderValue = 74,
        BuysAtOnce = true,
        Variants = ["LETTER", "POSTCARD"],
        Conversions = ["PURCHASE", "COUPON_REDEEMED"],
        Placements = [new("qr_mail_west", "LETTER", Place.Seattle, 3), new("qr_mail_mountain", "LETTER", Place.Denver, 2), new("qr_mail_east", "LETTER", Place.Boston, 4)],
        Costs = static (first, last) => Months(first, last)
            .Select(static month => BusinessCalendar.NthWeekday(month.Year, month.Month, DayOfWeek.Tuesday, 1))
            .Where(day => day >= first && day <= last).Select(static day => new DemoCost(day, day, 1_650)),
    };

    private static DemoCampaign TableTents() => new()
    {
        Id = "camp_table_tents",
        Name = "Restaurant Table Tents",
        ChannelType = "IN_STORE",
        ContentCategory = "MENU",
        ConversionGoal = "PURCHASE",
        BusinessUnit = "Retail",
        Budget = 14_000,
        Weight = 13,
        Hours = HourProfile.Meals,
        Week = WeekProfile.GoingOut,
        LandingRate = 0.98,
        EngagementRate = 0.8,
        ConversionRate = 0.36,
        CustomerRate = 0.55,
        RefundRate = 0.02,
        ReturnRate = 0.35,
        LeadScore = 50,
        OrderValue = 27,
        BuysAtOnce = true,
        Conversions = ["ORDER_PLACED", "LOYALTY_SIGNUP"],
        Placements = [new("qr_table_sf_mission", "TABLE", Place.SanFrancisco, 3), new("qr_table_austin_6th", "TABLE", Place.Austin, 3), new("qr_table_chicago_loop", "TABLE", Place.Chicago, 2)],
        Costs = static (first, last) => Monthly(first, last, static _ => 960),
    };

    private static DemoCampaign TransitAds() => new()
    {
        Id = "camp_transit_ads",
        Name = "Transit Ads",
        ChannelType = "TRANSIT",
        ContentCategory = "APP_DOWNLOAD",
        ConversionGoal = "APP_INSTALL",
        BusinessUnit = "Products",
        Budget = 3_500,
        Weight = 11,
        Hours = HourProfile.Commute,
        Week = WeekProfile.Workdays,
        // Booked three quarters ago.
        Season = static (_, daysBefore) => daysBefore > 270 ? 0 : 1,
        LandingRate = 0.9,
        EngagementRate = 0.5,
        ConversionRate = 0.15,
        CustomerRate = 0.2,
        LeadScore = 37,
        OrderValue = 38,
        Conversions = ["APP_INSTALL", "EMAIL_SIGNUP"],
        Placements = [new("qr_transit_ny_subway", "POSTER", Place.NewYork, 5), new("qr_transit_chicago_l", "POSTER", Place.Chicago, 3), new("qr_transit_boston_t", "POSTER", Place.Boston, 2)],
        Costs = static (_, last) => Monthly(last.AddDays(-270), last, static _ => 310),
    };

    private static DemoCampaign AcmeCatalogue() => new()
    {
        Id = "camp_catalogue",
        Name = "Main Catalogue",
        ChannelType = "OFFLINE_PRINT",
        ContentCategory = "CATALOGUE",
        ConversionGoal = "PURCHASE",
        BusinessUnit = "Acme Europe",
        Budget = 8_000,
        Weight = 8,
        ConversionRate = 0.18,
        CustomerRate = 0.5,
        RefundRate = 0.09,
        OrderValue = 61,
        BuysAtOnce = true,
        Conversions = ["PURCHASE"],
        Placements = [new("qr_cat_london", "CATALOGUE", Place.London, 4), new("qr_cat_berlin", "CATALOGUE", Place.Berlin, 3), new("qr_cat_paris", "CATALOGUE", Place.Paris, 3)],
        Costs = static (first, last) => Monthly(first, last, static month => month.Month % 3 == 1 ? 1_150 : 220),
    };

    private static DemoCampaign AcmeLoyalty() => new()
    {
        Id = "camp_loyalty_cards",
        Name = "Loyalty Cards",
        ChannelType = "IN_STORE",
        ContentCategory = "LOYALTY",
        ConversionGoal = "REGISTRATION",
        BusinessUnit = "Acme Europe",
        Budget = 1_000,
        Weight = 5,
        ReturnRate = 0.5,
        Conversions = ["LOYALTY_SIGNUP"],
        Placements = [new("qr_card_manchester", "CARD", Place.Manchester, 2), new("qr_card_munich", "CARD", Place.Munich, 2), new("qr_card_amsterdam", "CARD", Place.Amsterdam, 3)],
        Costs = static (first, last) => Monthly(first, last, static _ => 65),
    };

    private static int DaysSinceMailing(DateOnly day)
    {
        var mailing = BusinessCalendar.NthWeekday(day.Year, day.Month, DayOfWeek.Tuesday, 1);
        if (mailing > day)
        {
            var before = day.AddMonths(-1);
            mailing = BusinessCalendar.NthWeekday(before.Year, before.Month, DayOfWeek.Tuesday, 1);
        }

        // Letters take two days; the days before that are the end of the mailing before.
        return Math.Max(0, day.DayNumber - mailing.DayNumber - 2);
    }

    private static IEnumerable<DateOnly> Months(DateOnly first, DateOnly last)
    {
        for (var month = new DateOnly(first.Year, first.Month, 1); month <= last; month = month.AddMonths(1)) yield return month;
    }

    // Whole months: an invoice does not depend on the day on which the data ends.
    private static IEnumerable<DemoCost> Monthly(DateOnly first, DateOnly last, Func<DateOnly, decimal> amount) =>
        Months(first, last).Select(month => new DemoCost(month, month.AddMonths(1).AddDays(-1), amount(month))).Where(cost => cost.Amount > 0);
}
