using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using QrPlatform.EndToEnd.Data;

namespace QrPlatform.EndToEnd;

/// <summary>Sends events through the front door as clients do: one, an array or lines, plain or gzip.</summary>
internal static class Door
{
    public const string DemoKey = "qr_ingest_demo", AcmeKey = "qr_ingest_acme";

    /// <summary>Sends the events in random batches of 1 to <paramref name="largest"/>, each in a random form; returns what was accepted and known as duplicate at the door.</summary>
    public static async Task<(int Accepted, int Duplicates)> SendAsync(HttpClient client, IReadOnlyList<Event> events, Random random, int largest = 400)
    {
        var (accepted, duplicates) = (0, 0);
        for (var start = 0; start < events.Count;)
        {
            var batch = events.Skip(start).Take(random.Next(1, largest + 1)).ToList();
            start += batch.Count;
            using var answer = await client.PostAsync("/v1/events", Content(batch, random.Next(3), random.Next(2) == 0));
            var body = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.Accepted, $"{(int)answer.StatusCode}: {body}");
            var receipt = JsonDocument.Parse(body).RootElement;
            Assert.Equal(batch.Count, receipt.GetProperty("received").GetInt32());
            Assert.Empty(receipt.GetProperty("rejected").EnumerateArray());
            accepted += receipt.GetProperty("accepted").GetInt32();
            duplicates += receipt.GetProperty("duplicates").GetInt32();
        }

        return (accepted, duplicates);
    }

    public static HttpContent Content(IReadOnlyList<Event> batch, int form, bool gzip)
    {
        var (text, type) = form switch
        {
            0 when batch.Count == 1 => (batch[0].ToJson(), "application/json"),
            1 => (string.Join('\n', batch.Select(next => next.ToJson())), "application/x-ndjson"),
            _ => ($"[{string.Join(',', batch.Select(next => next.ToJson()))}]", "application/json"),
        };
        var bytes = Encoding.UTF8.GetBytes(text);
        if (gzip)
        {
            using var packed = new MemoryStream();
            using (var packer = new GZipStream(packed, CompressionLevel.Fastest)) packer.Write(bytes);
            bytes = packed.ToArray();
        }

        var content = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
        if (gzip) content.Headers.ContentEncoding.Add("gzip");
        return content;
    }
}
