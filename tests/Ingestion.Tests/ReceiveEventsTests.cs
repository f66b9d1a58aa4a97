using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using QrPlatform.Ingestion.Receiving;

namespace QrPlatform.Ingestion.Tests;

public sealed class ReceiveEventsTests(SharedDoor door) : IClassFixture<SharedDoor>
{
    private readonly HttpClient _client = door.Host.Sender();

    [Fact]
    public async Task Accepts_the_seeds_example()
    {
        var (status, answer) = await PostAsync(Samples.Json(Samples.Seed));

        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.NotEqual(Guid.Empty, answer.GetProperty("batchId").GetGuid());
        Assert.Equal((1, 1, 0, 0), Counts(answer));
    }

    [Fact]
    public async Task Takes_gzip_also_in_several_members()
    {
        var body = Zip(string.Join('\n', Enumerable.Range(0, 400).Select(number => Samples.Event($"zip{number}"))) + "\n");

        var (status, answer) = await PostAsync(Samples.Body(body, "application/x-ndjson", "gzip"));
        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Equal((400, 400, 0, 0), Counts(answer));
        Assert.Equal((401, 401, 0, 0), Counts((await PostAsync(Samples.Body([.. body, .. Zip(Samples.Event())], "application/x-ndjson", "gzip"))).Answer));
    }

    [Fact]
    public async Task Refuses_gzip_that_is_cut_off_anywhere_or_followed_by_something_else()
    {
        var body = Zip(string.Join('\n', Enumerable.Range(0, 40).Select(_ => Samples.Event())));
        byte[][] broken = [.. Enumerable.Range(0, 40).Select(part => body[..(body.Length * part / 40)]), body[..^1], body[..^8], [.. body, 1, 2, 3], [.. body[..^8], 0, 0, 0, 0, .. body[^4..]]];
        foreach (var bytes in broken)
        {
            var (status, problem) = await PostAsync(Samples.Body(bytes, "application/x-ndjson", "gzip"));
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Contains("Content-Encoding", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Counts_duplicates_and_rejected_events_of_a_request()
    {
        var (status, answer) = await PostAsync(Samples.Lines(Samples.Event("same"), Samples.Event("same"), "{", Samples.Event("other", ",\"isTest\":0")));

        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Equal((4, 1, 1, 2), Counts(answer));
        var rejected = answer.GetProperty("rejected");
        Assert.Equal(2, rejected[0].GetProperty("index").GetInt32());
        Assert.Equal(JsonValueKind.Null, rejected[0].GetProperty("eventId").ValueKind);
        Assert.Equal("other", rejected[1].GetProperty("eventId").GetString());
        var error = rejected[1].GetProperty("errors")[0];
        Assert.Equal("$.isTest", error.GetProperty("path").GetString());
        Assert.Equal("wrong_type", error.GetProperty("code").GetString());
        Assert.NotEqual("", error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Answers_422_with_the_same_members_where_nothing_is_acceptable()
    {
        using var answer = await _client.PostAsync(ReceiveEvents.Path, Samples.Json("[{},{}]"));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal((2, 0, 0, 2), Counts(JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement));
    }

    [Theory]
    [InlineData("[]", "application/json")]
    [InlineData("", "application/x-ndjson")]
    public async Task Answers_422_to_a_request_without_events(string body, string type)
    {
        var (status, answer) = await PostAsync(Samples.Body(Encoding.UTF8.GetBytes(body), type));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Equal((0, 0, 0, 0), Counts(answer));
    }

    [Fact]
    public async Task Names_line_and_byte_of_malformed_json_without_quoting_it()
    {
        var (status, problem) = await PostAsync(Samples.Json("[" + Samples.Event() + ",\n{\"visitorId\": secret}]"));

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("The body is not JSON: unexpected byte or end at line 2, byte 15.", problem.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    public async Task Refuses_another_media_type(string? type) =>
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await PostAsync(Samples.Body(Encoding.UTF8.GetBytes(Samples.Seed), type))).Status);

    [Fact]
    public async Task Refuses_an_unknown_content_encoding() =>
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await PostAsync(Samples.Body(Encoding.UTF8.GetBytes(Samples.Seed), "application/json", "br"))).Status);

    [Theory]
    [InlineData("application/json; charset=\"UTF-8\"")]
    [InlineData("Application/JSON")]
    public async Task Takes_json_however_its_type_is_spelled(string type) =>
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(Samples.Body(Encoding.UTF8.GetBytes(Samples.Seed), type))).Status);

    [Fact]
    public async Task Refuses_ten_thousand_and_one_events_and_takes_ten_thousand()
    {
        var events = Enumerable.Range(0, 10_000).Select(number => Samples.Event($"many{number}")).ToArray();

        Assert.Equal((10_000, 10_000, 0, 0), Counts((await PostAsync(Samples.Lines(events))).Answer));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(Samples.Lines([.. events, "{}"]))).Status);
    }

    [Fact]
    public async Task Refuses_more_than_16_MiB_plain_or_hidden_in_a_bomb()
    {
        var blank = new byte[RequestBody.MaxBytes + 1];
        Array.Fill(blank, (byte)' ');
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(Samples.Body(blank, "application/json"))).Status);

        using var bomb = new MemoryStream();
        using (var zip = new GZipStream(bomb, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var round = 0; round < 8; round++) zip.Write(blank);
        }

        Assert.InRange(bomb.Length, 1, RequestBody.MaxBytes);
        var (status, problem) = await PostAsync(Samples.Body(bomb.ToArray(), "application/json", "gzip"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Equal(413, problem.GetProperty("status").GetInt32());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer qr_ingest_unknown")]
    [InlineData("Bearer")]
    [InlineData("Basic cXJfaW5nZXN0X2RlbW86")]
    [InlineData("qr_ingest_demo")]
    [InlineData("Bearer eyJhbGciOiJub25lIn0.e30.")]
    public async Task Refuses_a_request_without_a_valid_key(string? authorization)
    {
        using var client = door.Host.CreateClient();
        if (authorization is not null) client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);

        using var answer = await client.PostAsync(ReceiveEvents.Path, Samples.Json(Samples.Seed));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", Assert.Single(answer.Headers.WwwAuthenticate).Scheme);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Refuses_a_users_token_at_the_door()
    {
        using var user = door.Host.User();

        using var answer = await user.PostAsync(ReceiveEvents.Path, Samples.Json(Samples.Seed));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Tells_a_tenant_beyond_its_quota_when_to_come_again()
    {
        await using var host = await IngestionHost.StartAsync(settings: [("Ingestion:Quota:Burst", "2"), ("Ingestion:Quota:RequestsPerSecond", "1")]);
        using var demo = host.Sender();
        using var acme = host.Sender("qr_ingest_acme");
        HttpResponseMessage? refused = null;
        for (var request = 0; request < 100 && refused is null; request++)
        {
            var answer = await demo.PostAsync(ReceiveEvents.Path, Samples.Json("{"));
            if (answer.StatusCode == HttpStatusCode.TooManyRequests) refused = answer;
        }

        Assert.NotNull(refused);
        Assert.True(refused.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);
        using var other = await acme.PostAsync(ReceiveEvents.Path, Samples.Json(Samples.Seed));
        Assert.Equal(HttpStatusCode.Accepted, other.StatusCode);
    }

    private async Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(HttpContent content)
    {
        using var answer = await _client.PostAsync(ReceiveEvents.Path, content);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.Clone());
    }

    private static (int Received, int Accepted, int Duplicates, int Rejected) Counts(JsonElement answer) => (
        answer.GetProperty("received").GetInt32(),
        answer.GetProperty("accepted").GetInt32(),
        answer.GetProperty("duplicates").GetInt32(),
        answer.GetProperty("rejected").GetArrayLength());

    private static byte[] Zip(string text)
    {
        using var zipped = new MemoryStream();
        using (var zip = new GZipStream(zipped, CompressionLevel.Fastest)) zip.Write(Encoding.UTF8.GetBytes(text));
        return zipped.ToArray();
    }
}
