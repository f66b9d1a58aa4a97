using QrPlatform.Enrichment.Pipeline;
using QrPlatform.Events;

namespace QrPlatform.Enrichment.Steps;

/// <summary>The device as the source states it, without its user agent, which is personal.</summary>
internal static class ReadDevice
{
    public static StepResult Apply(ScanDraft draft)
    {
        if (draft.Source.DeviceInfo is { } stated)
            draft.Device = new Device(stated.DeviceType, stated.OperatingSystem, stated.BrowserName, stated.ScreenResolution);
        return StepResult.Continue;
    }
}
