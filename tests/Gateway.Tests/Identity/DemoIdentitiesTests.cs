using System.Net;
using QrPlatform.Testing;

namespace QrPlatform.Gateway.Tests.Identity;

public sealed class DemoIdentitiesTests
{
    [Fact]
    public void A_production_configuration_with_demo_identities_does_not_start()
    {
        var errors = new StringWriter();

        Assert.Null(RunningGateway.Build(new() { ["Demo:Enabled"] = "true", ["Keys:Directory"] = "/nowhere" }, "Production", errors));

        var line = Assert.Single(errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("Demo:Enabled", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Demo_users_left_in_the_database_cannot_sign_in_to_production()
    {
        var database = await TestServers.CreateDatabaseAsync();
        await using (var local = await RunningGateway.StartAsync(new() { ["ConnectionStrings:qrplatform"] = database }))
            Assert.NotEmpty(await local.TokenAsync("admin"));

        await using var production = await RunningGateway.StartAsync(new() { ["ConnectionStrings:qrplatform"] = database }, "Production");
        await production.PreparedAsync();
        using var response = await production.AskForTokenAsync("admin", "demo");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }
}
