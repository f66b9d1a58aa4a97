using System.Net.Http.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Native;
using Aspire.Hosting.Testing;

namespace QrPlatform.HostingTests;

/// <summary>What projects and executables are told, when they are started, and what happens when they end.</summary>
public sealed class ProjectsTests
{
    private static readonly string Service = Path.Combine(Projects.SampleAppHost.ProjectPath, "..", "SampleService", "SampleService.csproj");

    [Fact]
    public async Task A_project_gets_the_environment_that_Aspire_documents()
    {
        await using var stack = await Stack.StartAsync(builder =>
        {
            var redis = builder.AddRedis("cache-1");
            var secret = builder.AddParameter("secret", "s3cret", secret: true);
            var other = builder.AddProject("other-service", Service);
            other.WithReference(
                builder.AddProject("service", Service)
                    .WithReference(redis).WithReference(redis, connectionName: "again")
                    .WithReference(other)
                    .WithEnvironment("PLAIN", "text").WithEnvironment("SECRET", secret).WithEnvironment("ADDRESS", $"<{other.GetEndpoint("http")}>")
                    .WithArgs("--one", "two three"));
        });
        await stack.HealthyAsync("service");
        using var client = stack.Application.CreateHttpClient("service");
        var environment = await EventuallyAsync(() => client.GetFromJsonAsync<Dictionary<string, string>>("/environment"));
        var port = stack.Application.GetEndpoint("service", "http").Port;
        var other = stack.Application.GetEndpoint("other-service", "http").ToString().TrimEnd('/');
        var connectionString = (await stack.Application.GetConnectionStringAsync("cache-1"))!;
        var password = connectionString.Split("password=")[1];
        var redisPort = connectionString.Split(',')[0].Split(':')[1];

        Assert.NotEqual(5199, port);
        Assert.Equal($"http://localhost:{port}", environment["ASPNETCORE_URLS"]);
        Assert.Equal("Development", environment["ASPNETCORE_ENVIRONMENT"]);
        Assert.Equal("http", environment["DOTNET_LAUNCH_PROFILE"]);
        Assert.Equal("yes", environment["FROM_PROFILE"]);
        Assert.Equal("simple", environment["LOGGING__CONSOLE__FORMATTERNAME"]);
        Assert.Equal("service", environment["OTEL_SERVICE_NAME"]);
        Assert.StartsWith("service.instance.id=", environment["OTEL_RESOURCE_ATTRIBUTES"], StringComparison.Ordinal);
        Assert.DoesNotContain("OTEL_EXPORTER_OTLP_ENDPOINT", environment.Keys);
        Assert.Equal(connectionString, environment["ConnectionStrings__cache-1"]);
        Assert.Equal(connectionString, environment["ConnectionStrings__again"]);
        Assert.Equal("127.0.0.1", environment["CACHE_1_HOST"]);
        Assert.Equal(redisPort, environment["CACHE_1_PORT"]);
        Assert.Equal(password, environment["CACHE_1_PASSWORD"]);
        Assert.Equal($"redis://:{password}@127.0.0.1:{redisPort}", environment["AGAIN_URI"]);
        Assert.Equal(other, environment["services__other-service__http__0"]);
        Assert.Equal(other, environment["OTHER_SERVICE_HTTP"]);
        Assert.Equal("text", environment["PLAIN"]);
        Assert.Equal("s3cret", environment["SECRET"]);
        Assert.Equal($"<{other}>", environment["ADDRESS"]);
        Assert.Equal(["--one", "two three"], await client.GetFromJsonAsync<string[]>("/arguments") ?? []);
    }

    [Fact]
    public async Task A_project_is_back_within_seconds_after_a_kill()
    {
        await using var stack = await Stack.StartAsync(b => b.AddProject("service", Service).WithHttpHealthCheck("/health"));

        var took = await stack.KillAsync("service");

        Assert.True(took < TimeSpan.FromSeconds(8), $"took {took}");
    }

    [Fact]
    public async Task A_resource_waits_for_health_and_for_completion()
    {
        await using var stack = await Stack.StartAsync(builder =>
        {
            var migration = builder.AddExecutable("migration", "sh", ".", "-c", "sleep 0.5");
            var service = builder.AddProject("service", Service).WithHttpHealthCheck("/health").WaitForCompletion(migration);
            builder.AddExecutable("last", "sleep", ".", "1000").WaitFor(service);
        });

        var last = await stack.HealthyAsync("last");
        var service = await stack.HealthyAsync("service");
        var migration = await stack.ReachesAsync("migration", s => s.State?.Text == KnownResourceStates.Finished);

        Assert.True(service.StartTimeStamp >= migration.StopTimeStamp);
        Assert.True(last.StartTimeStamp > service.StartTimeStamp);
        Assert.Equal(0, migration.ExitCode);
    }

    [Fact]
    public async Task A_resource_does_not_start_when_what_it_waits_for_failed()
    {
        await using var stack = await Stack.StartAsync(builder =>
        {
            var migration = builder.AddExecutable("migration", "sh", ".", "-c", "exit 3");
            builder.AddExecutable("service", "sleep", ".", "1000").WaitForCompletion(migration);
        });

        var service = await stack.ReachesAsync("service", ResourceNotificationService.IsFailed);

        Assert.Equal(KnownResourceStates.FailedToStart, service.State?.Text);
    }

    [Fact]
    public async Task Pauses_between_starts_double_and_children_of_the_dead_are_ended()
    {
        var directory = Stack.NewDirectory();
        Directory.CreateDirectory(directory);
        try
        {
            await using var stack = await Stack.StartAsync(b => b.AddExecutable(
                "failing", "sh", directory, "-c", "date +%s%N >>starts; sleep 1000 & echo $! >>children; exit 1"));
            var starts = Path.Combine(directory, "starts");
            await EventuallyAsync(() => Task.FromResult(File.Exists(starts) && File.ReadAllLines(starts).Length >= 4 ? "" : null));

            var times = File.ReadAllLines(starts).Select(l => double.Parse(l, System.Globalization.CultureInfo.InvariantCulture) / 1e9).ToArray();
            Assert.InRange(times[1] - times[0], 0.2, 0.4);
            Assert.InRange(times[2] - times[1], 0.4, 0.8);
            Assert.InRange(times[3] - times[2], 0.8, 1.6);
            var first = int.Parse(File.ReadAllLines(Path.Combine(directory, "children"))[0], System.Globalization.CultureInfo.InvariantCulture);
            Assert.True(ProcessTable.Read(first) is null or { IsZombie: true });
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task A_process_that_does_not_end_when_asked_to_is_killed()
    {
        var stack = await Stack.StartAsync(b => b.AddExecutable("stubborn", "sh", ".", "-c", "trap '' TERM; while :; do sleep 1; done"));
        var process = ProcessTable.Read(Stack.PidOf(await stack.HealthyAsync("stubborn")))!.Identity;

        await stack.DisposeAsync();

        Assert.False(process.IsAlive);
        Assert.False(Directory.Exists(stack.Directory));
    }

    private static async Task<T> EventuallyAsync<T>(Func<Task<T?>> attempt) where T : class
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                if (await attempt() is { } value)
                    return value;
            }
            catch (HttpRequestException) when (tries < 200)
            {
                // Not listening yet.
            }

            Assert.True(tries < 200, "not within 20 s");
            await Task.Delay(100);
        }
    }
}
