using QrPlatform.Enrichment.Bots;
using QrPlatform.Enrichment.Pipeline;

namespace QrPlatform.Enrichment.Steps;

/// <summary>Marks, and keeps, the events of user agents on the bot list. Nothing else makes a bot.</summary>
internal static class MarkBots
{
    public static StepResult Apply(ScanDraft draft, BotList bots)
    {
        draft.IsBot = bots.Matches(draft.Source.DeviceInfo?.UserAgent);
        return StepResult.Continue;
    }
}
