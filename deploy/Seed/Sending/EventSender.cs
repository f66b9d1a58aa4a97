using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using QrPlatform.Contracts.Scans;
using QrPlatform.Seed.Campaigns;
using QrPlatform.Seed.Generation;

namespace QrPlatform.Seed.Sending;

/// <summary>Sends events to <c>POST /v1/events</c> in batches of one tenant each, some at a time.</summary>
internal sealed class EventSender : IDisposable
{
    private const int BatchSize = 1000, AtATime = 3;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly Dictionary<string, PlatformClient> _sources;

    public EventSender(Uri gateway, TimeProvider clock) =>
        _sources = DemoTenants.All.ToDictionary(static tenant => tenant.Id, tenant => new PlatformClient(gateway, clock, tenant.IngestKey));

    /// <summary>Sends all of them.</summary>
    /// <param name="entries">In the order of sending.</param>
    /// <param name="sent">Told the number of events of each batch that was answered.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="InvalidOperationException">The platform rejected an event.</exception>
    public Task SendAsync(IEnumerable<SeedEntry> entries, Action<int> sent, CancellationToken cancellation) => Parallel.ForEachAsync(
        Batches(entries),
        new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellation },
        async (batch, stop) =>
        {
            await SendAsync(batch, stop);
            sent(batch.Length);
        });

    public void Dispose()
    {
        foreach (var source in _sources.Values) source.Dispose();
    }

    /// <summary>An event as it is sent.</summary>
    public static byte[] Serialize(ScanEvent item) => JsonSerializer.SerializeToUtf8Bytes(item, Json);

    private async ValueTask SendAsync(SeedEntry[] batch, CancellationToken cancellation)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(batch.Select(static entry => entry.Event), Json);
        var answer = await _sources[batch[0].TenantId].SendAsync(HttpMethod.Post, "/v1/events", () => JsonBody(body), cancellation);
        var rejected = answer.GetProperty("rejected");
        if (rejected.GetArrayLength() > 0) throw new InvalidOperationException($"The platform rejected an event of the demo data: {rejected[0].GetRawText()}");
    }

    private static ByteArrayContent JsonBody(byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private static IEnumerable<SeedEntry[]> Batches(IEnumerable<SeedEntry> entries)
    {
        var waiting = DemoTenants.All.ToDictionary(static tenant => tenant.Id, static _ => new List<SeedEntry>(BatchSize));
        foreach (var entry in entries)
        {
            var batch = waiting[entry.TenantId];
            batch.Add(entry);
            if (batch.Count < BatchSize) continue;
            yield return [.. batch];
            batch.Clear();
        }

        foreach (var batch in waiting.Values.Where(static batch => batch.Count > 0)) yield return [.. batch];
    }
}
