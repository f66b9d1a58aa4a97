using System.IO.Compression;
using System.Net;
using System.Text;
using QrPlatform.Gateway.Web;

namespace QrPlatform.Gateway.Tests.Web;

public sealed class WebApplicationFilesTests : IAsyncLifetime
{
    private const string Page = "<!doctype html><title>the application</title>", Script = "console.info('the application')";

    private readonly string _root = Directory.CreateTempSubdirectory("qr-web-").FullName;
    private RunningGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(Path.Combine(_root, "assets"));
        await WriteAsync("index.html", Page);
        await WriteAsync("theme.js", Script);
        await WriteAsync("assets/app-12345678.js", Script);
        _gateway = await RunningGateway.StartAsync(new() { [WebApplicationFiles.Root] = _root });
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/definitions")]
    [InlineData("/login?next=%2Fstatus")]
    [InlineData("/campaigns/some-campaign")]
    public async Task Every_page_s_address_shows_the_application(string path)
    {
        using var answer = await GetAsync(path);

        Assert.Equal((HttpStatusCode.OK, "text/html", "no-cache"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, $"{answer.Headers.CacheControl}"));
        Assert.Equal(Page, await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/v1")]
    [InlineData("/v1/nothing")]
    [InlineData("/V1/nothing")]
    [InlineData("/auth/nothing")]
    [InlineData("/odata")]
    [InlineData("/odatas.html")]
    [InlineData("/docs")]
    [InlineData("/metrics")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/.well-known/nothing")]
    [InlineData("/internal/subjects")]
    [InlineData("/assets/app-of-yesterday.js")]
    [InlineData("/assets/nothing")]
    [InlineData("/robots.txt")]
    [InlineData("/..%2f..%2fetc/passwd")]
    public async Task What_is_no_page_is_a_problem_even_for_a_browser(string path)
    {
        using var answer = await GetAsync(path);

        Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.NotFound, HttpStatusCode.Unauthorized });
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_program_that_asks_for_a_wrong_address_is_told_so()
    {
        using var answer = await GetAsync("/definitions", accept: "application/json");
        using var wrongMethod = await _gateway.SendAsync(HttpMethod.Post, "/definitions");

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (answer.StatusCode, wrongMethod.StatusCode));
    }

    [Fact]
    public async Task What_carries_a_hash_in_its_name_is_kept_for_ever()
    {
        using var hashed = await GetAsync("/assets/app-12345678.js");
        using var other = await GetAsync("/theme.js");

        Assert.Equal("public, max-age=31536000, immutable", $"{hashed.Headers.CacheControl}");
        Assert.Equal("no-cache", $"{other.Headers.CacheControl}");
    }

    [Theory]
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("gzip", "gzip")]
    [InlineData("br;q=0, gzip;q=0.5", "gzip")]
    [InlineData("identity", null)]
    [InlineData(null, null)]
    public async Task Files_come_as_the_build_compressed_them(string? accepted, string? coding)
    {
        foreach (var (path, type, content) in new[] { ("/", "text/html", Page), ("/assets/app-12345678.js", "text/javascript", Script) })
        {
            using var answer = await GetAsync(path, encoding: accepted);

            Assert.Equal((HttpStatusCode.OK, type), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
            Assert.Equal(coding, answer.Content.Headers.ContentEncoding.SingleOrDefault());
            Assert.Contains("Accept-Encoding", answer.Headers.Vary);
            Assert.Equal(content, await TextAsync(answer));
        }
    }

    [Fact]
    public async Task A_changed_build_has_another_tag_in_every_coding()
    {
        using var plain = await GetAsync("/", encoding: "identity");
        using var packed = await GetAsync("/", encoding: "br");

        Assert.NotNull(plain.Headers.ETag);
        Assert.NotEqual(plain.Headers.ETag, packed.Headers.ETag);
    }

    [Fact]
    public async Task Without_a_build_the_gateway_runs_and_says_so()
    {
        await using var gateway = await RunningGateway.StartAsync(new() { [WebApplicationFiles.Root] = Path.Combine(_root, "nowhere") });

        var page = await gateway.Client.GetStringAsync("/");

        Assert.Contains("npm ci", page, StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> GetAsync(string path, string? encoding = null, string accept = "text/html,application/xhtml+xml,*/*;q=0.8")
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (encoding is not null) request.Headers.TryAddWithoutValidation("Accept-Encoding", encoding);
        return _gateway.Client.SendAsync(request);
    }

    private static async Task<string> TextAsync(HttpResponseMessage answer)
    {
        await using var body = await answer.Content.ReadAsStreamAsync();
        await using Stream plain = answer.Content.Headers.ContentEncoding.SingleOrDefault() switch
        {
            "br" => new BrotliStream(body, CompressionMode.Decompress),
            "gzip" => new GZipStream(body, CompressionMode.Decompress),
            _ => body,
        };
        using var reader = new StreamReader(plain);
        return await reader.ReadToEndAsync();
    }

    private async Task WriteAsync(string file, string content)
    {
        var path = Path.Combine(_root, file);
        var bytes = Encoding.UTF8.GetBytes(content);
        await File.WriteAllBytesAsync(path, bytes);
        await using var brotli = new BrotliStream(File.Create(path + ".br"), CompressionLevel.Fastest);
        await brotli.WriteAsync(bytes);
        await using var gzip = new GZipStream(File.Create(path + ".gz"), CompressionLevel.Fastest);
        await gzip.WriteAsync(bytes);
    }
}
