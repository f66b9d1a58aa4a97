using System.Globalization;
using System.Text;
using System.Text.Json;
using QrPlatform.Reporting.Query;

namespace QrPlatform.Reporting.Live;

/// <summary>
/// Writes states to one client as events. Scans go before the counters of the same position, whose id a client names when it comes back:
/// what it has the counters of, it has the scans of.
/// </summary>
/// <param name="response">Where to.</param>
/// <param name="withRevenue">Whether the client may see revenue.</param>
/// <param name="withScans">Whether the client may see single scans.</param>
/// <param name="lastSeen">The position that the client saw before, or null.</param>
internal sealed class LiveWriter(HttpResponse response, bool withRevenue, bool withScans, long? lastSeen)
{
    private const int ScansAtConnect = 20;

    private long? _seen = lastSeen;
    private LiveCounters? _shown;

    public Task CommentAsync(string comment, CancellationToken cancellationToken) => WriteAsync($": {comment}\n\n", cancellationToken);

    public async Task SendAsync(LiveState state, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        if (withScans) AppendScans(text, state);
        if (state.Counters != _shown) AppendCounters(text, state);
        _seen = state.Position;
        _shown = state.Counters;
        if (text.Length > 0) await WriteAsync(text.ToString(), cancellationToken);
    }

    private void AppendScans(StringBuilder text, LiveState state)
    {
        var scans = _seen is { } seen ? state.Scans.TakeWhile(scan => scan.Position > seen) : state.Scans.Take(ScansAtConnect);
        var entries = string.Join(',', scans.Select(scan => scan.Json));
        if (entries.Length > 0) text.Append($"event: scans\nid: {state.Position}\ndata: {{\"scans\":[{entries}]}}\n\n");
    }

    private void AppendCounters(StringBuilder text, LiveState state)
    {
        var counters = state.Counters;
        var revenue = withRevenue ? $",\"revenue\":{counters.Revenue}" : "";

        // Whoever sees no single scans sees persons in groups only.
        var visitors = withScans || counters.UniqueVisitors == "0" || long.Parse(counters.UniqueVisitors, CultureInfo.InvariantCulture) >= PersonGroups.Least ? counters.UniqueVisitors : "null";
        text.Append($"event: counters\nid: {state.Position}\ndata: {{\"asOf\":{JsonSerializer.Serialize(state.AsOf)},\"totalScans\":{counters.TotalScans},")
            .Append($"\"today\":{{\"day\":\"{counters.Day:yyyy-MM-dd}\",\"totalScans\":{counters.TodayScans},\"uniqueVisitors\":{visitors},")
            .Append($"\"conversions\":{counters.Conversions}{revenue}}},\"lastHour\":{{\"totalScans\":{counters.LastHourScans}}}}}\n\n");
    }

    private async Task WriteAsync(string text, CancellationToken cancellationToken)
    {
        await response.WriteAsync(text, cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}
