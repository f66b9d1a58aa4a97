using System.Net;
using System.Net.Http.Headers;

namespace QrPlatform.Gateway.Tests.Web;

[Collection(SharedGateway.Name)]
public sealed class AnswersTests(GatewayWithServices shared)
{
    [Fact]
    public async Task Shows_a_page_that_is_asked_for_again_by_its_tag()
    {
        using var page = await shared.Gateway.Client.GetAsync("/");

        Assert.Equal((HttpStatusCode.OK, "text/html"), (page.StatusCode, page.Content.Headers.ContentType?.MediaType));
        Assert.Equal("no-cache", page.Headers.CacheControl?.ToString());
        Assert.Contains("/health", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var again = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { IfNoneMatch = { page.Headers.ETag! } } };
        using var unchanged = await shared.Gateway.Client.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("GET", "/health")]
    [InlineData("GET", "/nothing")]
    [InlineData("GET", "/v1/ledger")]
    [InlineData("POST", "/v1/events")]
    public async Task Every_answer_carries_the_security_headers_once_and_names_no_server(string method, string path)
    {
        using var response = await shared.Gateway.SendAsync(new HttpMethod(method), path);

        Assert.False(response.Headers.Contains("Server"));
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["DENY"], response.Headers.GetValues("X-Frame-Options"));
        Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
    }

    [Fact]
    public async Task Errors_are_problems_whatever_the_caller_accepts()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/ledger") { Headers = { Accept = { new MediaTypeWithQualityHeaderValue("text/html") } } };
        using var response = await shared.Gateway.Client.SendAsync(request);

        Assert.Equal((HttpStatusCode.Unauthorized, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
    }
}
