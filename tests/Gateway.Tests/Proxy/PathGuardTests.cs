using Microsoft.AspNetCore.Http;
using QrPlatform.Gateway.Proxy;

namespace QrPlatform.Gateway.Tests.Proxy;

public sealed class PathGuardTests
{
    [Theory]
    [InlineData("/v1/events")]
    [InlineData("/v1/campaigns/internal")]
    [InlineData("/v1/exports/internals.csv")]
    [InlineData("/v1/events/100%25/trace")]
    [InlineData("/v1/events/a%2Fb/trace")]
    [InlineData("/odata/v4/FactScan?$filter=a eq '../internal'")]
    [InlineData("/internals")]
    public void Lets_ordinary_paths_pass(string target) =>
        Assert.True(PathGuard.MayPass(target, new PathString(Uri.UnescapeDataString(target.Split('?')[0]))));
}
