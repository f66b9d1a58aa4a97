using QrPlatform.Reporting.Tests.Query;

namespace QrPlatform.Reporting.Tests.Scans;

public sealed class ListScansRefusalsTests(NumbersFixture fixture) : IClassFixture<NumbersFixture>
{
    [Theory]
    [InlineData("start_date=yesterday")]
    [InlineData("start_date=2025-13-01")]
    [InlineData("start_date=0001-01-01")]
    [InlineData("end_date=9999-12-31")]
    [InlineData("start_date=2025-02-02&end_date=2025-02-01")]
    [InlineData("start_date=2190-01-01")]
    [InlineData("limit=0")]
    [InlineData("limit=10001")]
    [InlineData("limit=ten")]
    [InlineData("limit=-5")]
    [InlineData("limit=1&limit=2")]
    [InlineData("cursor=x")]
    [InlineData("cursor=%00")]
    [InlineData("cursor=bnVsbA")]
    [InlineData("cursor=e30")]
    [InlineData("cursor=eyJGcm9tIjoiMjAyNS0wMS0wMSIsIlRvIjoiMjAyNS0wMS0wMiIsIlBvc2l0aW9uIjoxLCJMYXN0QXQiOjEsIkxhc3RJZCI6ImFcdTAwMDBiIn0")]
    [InlineData("cursor=eyJGcm9tIjoiMjAyNS0wMS0wMSIsIlRvIjoiMjAyNS0wMS0wMiIsIlBvc2l0aW9uIjoxLCJMYXN0QXQiOjk5OTk5OTk5OTk5OTk5OTk5OTksIkxhc3RJZCI6IngifQ")]
    public async Task Refuses_a_malformed_parameter(string parameters)
    {
        using var response = await fixture.Reporting.GetAsync("/v1/analytics/scans?" + parameters, fixture.Reporting.Token());
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == 400, $"{(int)response.StatusCode} {text}");
        Assert.Contains("errors", text, StringComparison.Ordinal);
    }
}
