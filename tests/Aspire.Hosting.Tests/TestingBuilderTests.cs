using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace QrPlatform.HostingTests;

/// <summary>An AppHost in the hands of a test.</summary>
public sealed class TestingBuilderTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Runs_an_AppHost_on_random_ports_and_a_throw_away_directory()
    {
        using var deadline = new CancellationTokenSource(Patience);
        string directory;
        await using (var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.SampleAppHost>(
            ["--servers=redis", "--redis-port=6379"], deadline.Token))
        {
            Assert.Equal(["service", "redis"], builder.Resources.Select(r => r.Name));
            builder.CreateResourceBuilder((ProjectResource)builder.Resources[0]).WithEnvironment("FROM_TEST", "yes");
            await using var app = await builder.BuildAsync(deadline.Token);
            await app.StartAsync(deadline.Token);
            await app.ResourceNotifications.WaitForResourceHealthyAsync("service", deadline.Token);
            await app.ResourceNotifications.WaitForResourceAsync("redis", KnownResourceStates.Running, deadline.Token);

            using var client = app.CreateHttpClient("service", "http");
            Assert.Contains("\"FROM_TEST\":\"yes\"", await client.GetStringAsync("/environment", deadline.Token), StringComparison.Ordinal);
            Assert.DoesNotContain(":6379,", await app.GetConnectionStringAsync("redis", deadline.Token), StringComparison.Ordinal);
            Assert.Throws<ArgumentException>(() => app.CreateHttpClient("unknown"));
            directory = builder.Configuration["QR_DATA_DIR"]!;
            Assert.True(Directory.Exists(directory));
        }

        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public async Task A_builder_that_is_not_built_leaves_nothing_running()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.SampleAppHost>(["--QR_DATA_DIR=/nowhere"]);

        Assert.Equal("/nowhere", builder.Configuration["QR_DATA_DIR"]);
        Assert.Equal(Projects.SampleAppHost.ProjectPath, builder.AppHostDirectory);
    }
}
