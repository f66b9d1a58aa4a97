using System.Diagnostics;
using OpenTelemetry;

namespace QrPlatform.ServiceDefaults.Telemetry;

/// <summary>Keeps probes of <c>/health</c> and <c>/alive</c> out of the traces.</summary>
internal sealed class HealthProbeFilter : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        if (data.GetTagItem("url.path") is "/health" or "/alive")
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }
}
