using System.Net;
using System.Text;
using System.Text.Json;
using QrPlatform.Contracts.Scans;
using QrPlatform.Ingestion.Receiving;

namespace QrPlatform.Ingestion.Tests;

/// <summary>Seeded mutations of good bodies: whatever comes out is accepted or refused with a reason, never a fault.</summary>
public sealed class HostileBodiesTests(SharedDoor door) : IClassFixture<SharedDoor>
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private static readonly byte[][] Fragments =
    [
        .. new[]
        {
            "\\u0000", "\\ud800", "\\udc00\\ud800", "1e400", "-1e400", "1e-400", "-0", "123456789012345678901234567890123456789", "null", "true", "[]", "{}", "\"\"", "\"", "\\", "{", "}", "[", "]", ",",
            ":", "\n", "\r\n", "\uFEFF", "\u202E", "NaN", "Infinity", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "\"eventId\":\"x\",", "\"\\ud800\":1,", "\"\\u0065ventId\":\"y\",", "\"2025-11-25T14:30:15\"", "\"0001-01-01T00:00:00+14:00\"",
            "\"9999-12-31T23:59:59-14:00\"", "\"event\\u0000Id\":1,", "<script>", "' or 1=1 --", "{\"$ne\":null}", "\"__proto__\":{},",
        }.Select(Encoding.UTF8.GetBytes),
        [0x00], [0xFF], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFE, 0xFF, 0x00, 0x7B],
    ];

    [Fact]
    public void Reading_never_faults_and_what_is_accepted_can_be_stored()
    {
        var random = new Random(20251125);
        for (var round = 0; round < 30_000; round++)
        {
            var body = Mutate(random);
            try
            {
                var batch = round % 2 == 0 ? EventBatch.FromJson(body, Now) : EventBatch.FromLines(body, Now);
                Assert.Equal(batch.Received, batch.Accepted.Count + batch.Duplicates + batch.Rejected.Count);
                Assert.All(batch.Rejected, rejected => Assert.NotEmpty(rejected.Errors));
                var json = JsonSerializer.Serialize(batch.Accepted, ScanEventJson.Default.ListScanEvent);
                Assert.DoesNotContain("\\u0000", json, StringComparison.Ordinal);
            }
            catch (JsonException)
            {
                // Malformed: refused whole, with 400.
            }
        }
    }

    [Fact]
    public async Task Every_answer_over_http_is_2xx_or_4xx_with_a_reason()
    {
        var bodies = new Random(4711);
        var seeds = Enumerable.Range(0, 3000).Select(_ => bodies.Next()).ToArray();
        using var client = door.Host.Sender();
        var statuses = new HashSet<HttpStatusCode>();
        await Parallel.ForEachAsync(seeds, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (seed, cancellationToken) =>
        {
            var random = new Random(seed);
            var type = random.Next(2) == 0 ? "application/json" : "application/x-ndjson";
            var encoding = random.Next(20) == 0 ? "gzip" : null;
            using var answer = await client.PostAsync(ReceiveEvents.Path, Samples.Body(Mutate(random), type, encoding), cancellationToken);
            lock (statuses) statuses.Add(answer.StatusCode);
            Assert.True((int)answer.StatusCode is 202 or (>= 400 and < 500), $"seed {seed}: {answer.StatusCode}");
            using var reason = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
            if (answer.StatusCode != HttpStatusCode.Accepted) Assert.NotEqual("", reason.RootElement.GetProperty("title").GetString());
        });
        Assert.Superset(new HashSet<HttpStatusCode> { HttpStatusCode.Accepted, HttpStatusCode.BadRequest, HttpStatusCode.UnprocessableEntity }, statuses);
    }

    private static byte[] Mutate(Random random)
    {
        var separator = random.Next(2) == 0 ? "," : "\n";
        var events = string.Join(separator, Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(2) == 0 ? Samples.Seed.ReplaceLineEndings("") : Samples.Event("e" + random.Next(5))));
        var body = new List<byte>(Encoding.UTF8.GetBytes(separator == "," && random.Next(4) > 0 ? $"[{events}]" : events));
        for (var changes = random.Next(1, 5); changes > 0 && body.Count > 1; changes--)
        {
            var at = random.Next(body.Count);
            switch (random.Next(6))
            {
                case 0: body[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: body.RemoveRange(at, Math.Min(body.Count - at, random.Next(1, 40))); break;
                case 2: body.RemoveRange(at, body.Count - at); break;
                case 3: body.InsertRange(at, body.GetRange(at, Math.Min(body.Count - at, random.Next(1, 60)))); break;
                case 4: ReplaceValue(body, at, Fragments[random.Next(Fragments.Length)]); break;
                default: body.InsertRange(at, Fragments[random.Next(Fragments.Length)]); break;
            }
        }

        return [.. body];
    }

    // Keeps the structure: what stands between a colon and the next comma gives way to the fragment.
    private static void ReplaceValue(List<byte> body, int near, byte[] fragment)
    {
        var colon = body.IndexOf((byte)':', near);
        if (colon < 0) return;
        var comma = body.IndexOf((byte)',', colon);
        body.RemoveRange(colon + 1, (comma < 0 ? body.Count : comma) - colon - 1);
        body.InsertRange(colon + 1, fragment);
    }
}
