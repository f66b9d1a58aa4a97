using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using QrPlatform.EndToEnd.Isolation;
using QrPlatform.ServiceDefaults.Http;

namespace QrPlatform.Gateway.Tests.Proxy;

[Collection(SharedGateway.Name)]
public sealed class IsolationRowsTests(GatewayWithServices shared)
{
    [Fact]
    public void Every_route_of_the_gateway_has_a_row_in_the_isolation_probe()
    {
        var routes = RouteList.Of(shared.Gateway.Services.GetRequiredService<EndpointDataSource>());

        Assert.NotEmpty(routes);
        Assert.DoesNotContain(routes, route => !RouteTable.Rows.Any(row => row.Covers("gateway", route.Method, route.Pattern) || Forwards(row, route)));
    }

    [Theory]
    [InlineData("GET", "/v1/new-thing")]
    [InlineData("DELETE", "/v1/campaigns/{id}")]
    [InlineData("GET", "/v1/campaigns/{id}/costs/{costId}/receipt")]
    public void A_route_without_a_row_is_noticed(string method, string pattern) =>
        Assert.DoesNotContain(RouteTable.Rows, row => row.Covers("enrichment", method, pattern));

    private static bool Forwards(RouteRow row, PublishedRoute route) =>
        row.Service != "gateway" && route.Pattern.EndsWith("/{**rest}", StringComparison.Ordinal) is var isPrefix
        && (isPrefix ? (row.Target.Split('?')[0] + "/").StartsWith(route.Pattern.Split("{**")[0], StringComparison.Ordinal) : row.Route == $"{route.Method} {route.Pattern}");
}
