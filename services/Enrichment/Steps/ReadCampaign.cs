using QrPlatform.Enrichment.Pipeline;
using QrPlatform.Events;

namespace QrPlatform.Enrichment.Steps;

/// <summary>The campaign as the source states it.</summary>
internal static class ReadCampaign
{
    public static StepResult Apply(ScanDraft draft)
    {
        if (draft.Source.CampaignContext is { } stated)
        {
            draft.Campaign = new Campaign(
                stated.CampaignId, stated.CampaignName, stated.Variant, stated.ChannelType, stated.ContentCategory, stated.ConversionGoal);
        }

        return StepResult.Continue;
    }
}
