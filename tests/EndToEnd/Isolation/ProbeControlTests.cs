using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace QrPlatform.EndToEnd.Isolation;

/// <summary>That the probe notices what it is there for: a server that does everything wrong, each once.</summary>
public sealed class ProbeControlTests
{
    private static readonly Belongings Mine = new("demo", "admin", "mark-mine", 10.01m) { Campaign = "c" };
    private static readonly Belongings Theirs = new("acme", "admin@acme", "mark-theirs", 20.02m) { Campaign = "c" };
    private static readonly Caller User = new("admin", "token", 0, [Mine], [Theirs]);
    private static readonly Caller Nobody = new("nobody", null, null, [], [Mine, Theirs]);

    [Theory]
    [InlineData("GET /fine", true, null)]
    [InlineData("GET /tells", true, "tells what belongs to mark-theirs")]
    [InlineData("GET /adds-up", true, "counts 30.03")]
    [InlineData("GET /names", true, "names code-")]
    [InlineData("GET /empty", true, "proves nothing")]
    [InlineData("GET /fails", true, "500 instead of 200")]
    [InlineData("GET /fine", false, "200 instead of 401")]
    [InlineData("GET /tells", false, "200 instead of 401")]
    public async Task Notices(string route, bool signedIn, string? fault)
    {
        await using var server = await StartAsync();
        using var probe = new Probe();
        var row = new RouteRow("service", route, "a-----") { Shows = true };
        await probe.RunAsync([new Ask(row, signedIn ? User : Nobody, new Uri(server.Urls.Single()), row.Target, null)]);

        if (fault is null) Assert.Empty(probe.Found);
        else Assert.Contains(fault, Assert.Single(probe.Found), StringComparison.Ordinal);
    }

    [Fact]
    public void Notices_a_route_without_a_row_and_a_row_without_a_route()
    {
        RouteRow[] rows = [new("service", "GET /v1/known/{id}", "a-----"), new("service", "GET /v1/gone", "a-----")];
        var faults = Coverage.Faults([("service", "GET", "/v1/known/{name:guid}"), ("service", "DELETE", "/v1/known/{id}")], [("service", "*", "/v1/known/{**rest}"), ("service", "*", "/v1/new/{**rest}")], rows).ToList();

        Assert.Equal(3, faults.Count);
        Assert.Contains("DELETE /v1/known/{id}", faults[0], StringComparison.Ordinal);
        Assert.Contains("GET /v1/gone", faults[1], StringComparison.Ordinal);
        Assert.Contains("/v1/new/{**rest}", faults[2], StringComparison.Ordinal);
    }

    private static async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapGet("/fine", () => "of mark-mine: 10.01");
        app.MapGet("/tells", () => "of mark-mine and mark-theirs");
        app.MapGet("/adds-up", () => "of mark-mine: 30.03");
        app.MapGet("/names", () => $"of mark-mine: {Theirs.Code}");
        app.MapGet("/empty", () => "[]");
        app.MapGet("/fails", () => Results.StatusCode(500));
        await app.StartAsync();
        return app;
    }
}
