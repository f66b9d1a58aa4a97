using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace QrPlatform.Benchmarks.Path;

/// <summary>A request that was answered 202, and when, by <see cref="Stopwatch"/>.</summary>
internal sealed record Accepted(Guid BatchId, int Events, long At);

/// <summary>Sends events through the gateway over some connections.</summary>
internal sealed class Sender(Uri gateway, Traffic traffic) : IDisposable
{
    private const string IngestKey = "qr_ingest_demo";

    private readonly HttpClient _client = new(new SocketsHttpHandler { PooledConnectionLifetime = Timeout.InfiniteTimeSpan })
    {
        BaseAddress = gateway,
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", IngestKey) },
        Timeout = TimeSpan.FromSeconds(30),
    };

    /// <exception cref="InvalidOperationException">The answer is not 202, or not all is accepted: nothing that is measured after it counts.</exception>
    public async Task<Accepted> SendAsync(int events)
    {
        using var content = new ReadOnlyMemoryContent(traffic.Next(events)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var answer = await _client.PostAsync(new Uri("/v1/events", UriKind.Relative), content);
        var at = Stopwatch.GetTimestamp();
        var body = await answer.Content.ReadAsByteArrayAsync();
        if (answer.StatusCode != HttpStatusCode.Accepted) throw new InvalidOperationException($"{(int)answer.StatusCode}: {System.Text.Encoding.UTF8.GetString(body)}");
        using var receipt = JsonDocument.Parse(body);
        var accepted = receipt.RootElement.GetProperty("accepted").GetInt32();
        if (accepted != events) throw new InvalidOperationException($"{accepted} of {events} events were accepted.");
        return new Accepted(receipt.RootElement.GetProperty("batchId").GetGuid(), events, at);
    }

    /// <summary>Over so many connections, as fast as answers come, while <paramref name="goOn"/> lets one more begin; what was accepted is told to <paramref name="told"/>.</summary>
    public Task FloodAsync(int connections, int events, Func<Task<bool>> goOn, Action<Accepted> told) =>
        Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            while (await goOn()) told(await SendAsync(events));
        })));

    /// <summary>At a fixed rate of events per second, whatever the answers do, with at most so many requests under way.</summary>
    public async Task<List<Accepted>> PaceAsync(double rate, int events, int connections, TimeSpan duration)
    {
        var (started, next) = (Stopwatch.GetTimestamp(), -1L);
        var count = (long)(rate * duration.TotalSeconds / events);
        var accepted = new List<Accepted>();
        await FloodAsync(
            connections,
            events,
            async () =>
            {
                var number = Interlocked.Increment(ref next);
                if (number >= count) return false;
                var wait = TimeSpan.FromSeconds(number * events / rate) - Stopwatch.GetElapsedTime(started);
                if (wait > TimeSpan.Zero) await Task.Delay(wait);
                return true;
            },
            one =>
            {
                lock (accepted) accepted.Add(one);
            });
        return accepted;
    }

    public void Dispose() => _client.Dispose();
}
