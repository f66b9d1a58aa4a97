using System.Net.Http.Headers;
using System.Text.Json;
using QrPlatform.Reporting.Tests.Hosting;

namespace QrPlatform.Reporting.Tests.Live;

/// <summary>A client of the stream that reads as a browser does: event by event.</summary>
internal sealed class LiveClient : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private LiveClient(HttpResponseMessage response, Stream body)
    {
        _response = response;
        _reader = new StreamReader(body);
    }

    public static async Task<LiveClient> OpenAsync(RunningReporting reporting, string? token = null, string? lastEventId = null)
    {
        var response = await RespondAsync(reporting, token ?? reporting.Token(), lastEventId);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}");
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new LiveClient(response, await response.Content.ReadAsStreamAsync());
    }

    public static Task<HttpResponseMessage> RespondAsync(RunningReporting reporting, string? token, string? lastEventId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/v1/live");
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (lastEventId is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        return reporting.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>The next event, or null at the stream's end.</summary>
    public async Task<(string Name, string Id, JsonElement Data)?> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var (name, id, data) = ("", "", "");
        while (await _reader.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
            else if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal)) data += line[6..];
            else if (line.Length == 0 && data.Length > 0) return (name, id, JsonDocument.Parse(data).RootElement);
        }

        return null;
    }

    /// <summary>Reads until counters fulfil the condition; returns them and the ids of all scans on the way, oldest first.</summary>
    public async Task<(JsonElement Counters, string Id, List<string> Scans)> UntilAsync(Func<JsonElement, bool> condition)
    {
        var scans = new List<string>();
        while (await NextAsync() is { } next)
        {
            if (next.Name == "scans") scans.AddRange(Ids(next.Data).Reverse());
            else if (condition(next.Data)) return (next.Data, next.Id, scans);
        }

        throw new EndOfStreamException("The stream ended.");
    }

    public Task<(JsonElement Counters, string Id, List<string> Scans)> UntilTotalAsync(long total) =>
        UntilAsync(counters => counters.GetProperty("totalScans").GetInt64() == total);

    public static IEnumerable<string> Ids(JsonElement scans) => scans.GetProperty("scans").EnumerateArray().Select(scan => scan.GetProperty("eventId").GetString()!);

    public void Dispose()
    {
        _reader.Dispose();
        _response.Dispose();
    }
}
