using QrPlatform.Seed.Campaigns;
using QrPlatform.Seed.Generation;

namespace QrPlatform.Seed.Sending;

/// <summary>Says what campaigns, codes and placements are and what they cost. Every call may be repeated: it changes nothing then.</summary>
internal static class CampaignSender
{
    public static async Task SendAsync(PlatformClient administrator, DemoTenant tenant, DemoDataSet data, CancellationToken cancellation)
    {
        foreach (var campaign in tenant.Campaigns)
        {
            await administrator.PutAsync($"/v1/campaigns/{campaign.Id}", new
            {
                name = campaign.Name,
                goal = campaign.ConversionGoal,
                channel = campaign.ChannelType,
                contentCategory = campaign.ContentCategory,
                businessUnit = campaign.BusinessUnit,
                budget = campaign.Budget,
                currency = "USD",
            }, cancellation);
            foreach (var cost in campaign.Costs(data.FirstDay, data.LastDay))
            {
                await administrator.PostAsync($"/v1/campaigns/{campaign.Id}/costs", new
                {
                    id = $"demo-{cost.From:yyyy-MM-dd}",
                    from = cost.From,
                    to = cost.To,
                    amount = cost.Amount,
                    currency = "USD",
                }, cancellation);
            }

            foreach (var placement in campaign.Placements) await SendAsync(administrator, campaign, placement, data, cancellation);
        }
    }

    private static async Task SendAsync(PlatformClient administrator, DemoCampaign campaign, DemoPlacement placement, DemoDataSet data, CancellationToken cancellation)
    {
        await administrator.PutAsync($"/v1/qr-codes/{placement.Code}", new { name = $"{campaign.Name}, {placement.Place.City}", campaignId = campaign.Id }, cancellation);
        var id = $"place_{placement.Code}";
        await administrator.PutAsync($"/v1/placements/{id}", new
        {
            name = $"{placement.Place.City} {placement.Kind.ToLowerInvariant().Replace('_', ' ')}",
            qrCodeId = placement.Code,
            kind = placement.Kind,
            country = placement.Place.Country,
            region = placement.Place.Region,
            city = placement.Place.City,
            latitude = placement.Place.Latitude,
            longitude = placement.Place.Longitude,
            timeZone = placement.Place.TimeZone,
        }, cancellation);

        // What is not installed yet was printed last month.
        var states = placement.IsInstalled
            ? new[] { ("designed", data.FirstDay.AddDays(-40)), ("printed", data.FirstDay.AddDays(-20)), ("shipped", data.FirstDay.AddDays(-9)), ("installed", data.FirstDay.AddDays(-1)) }
            : [("designed", data.LastDay.AddDays(-50)), ("printed", data.LastDay.AddDays(-30))];
        foreach (var (state, day) in states)
        {
            await administrator.PostAsync(
                $"/v1/placements/{id}/lifecycle", new { state, at = new DateTimeOffset(day.ToDateTime(new TimeOnly(17, 0)), TimeSpan.Zero) }, cancellation);
        }
    }
}
