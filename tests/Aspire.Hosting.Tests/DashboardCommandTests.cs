using System.Net;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Native;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace QrPlatform.HostingTests;

/// <summary>What can be asked of resources on the operations page, done to real processes.</summary>
public sealed class DashboardCommandTests
{
    [Fact]
    public async Task A_resource_that_is_stopped_stays_stopped_until_it_is_started()
    {
        await using var stack = await Stack.StartAsync(b => b.AddExecutable("sleeper", "sleep", ".", "1000"), dashboard: true);
        using var client = await DashboardClient.Of(stack).LogInAsync();
        var first = (await client.ReachesAsync("sleeper", "running")).GetProperty("pid").GetInt32();
        var process = ProcessTable.Read(first)!.Identity;

        await client.DoAsync("sleeper", "stop");

        var stopped = await client.ResourceAsync("sleeper");
        Assert.Equal("stopped", stopped.GetProperty("state").GetString());
        Assert.Equal(["start"], Commands(stopped));
        Assert.Equal(JsonValueKind.Null, stopped.GetProperty("pid").ValueKind);
        Assert.False(process.IsAlive);
        // Longer than the pause after which a process that crashed is started again.
        await Task.Delay(700);
        Assert.Equal("stopped", (await client.ResourceAsync("sleeper")).GetProperty("state").GetString());

        await client.DoAsync("sleeper", "start");

        var started = await client.ReachesAsync("sleeper", "running");
        Assert.Equal(["restart", "stop"], Commands(started));
        Assert.NotEqual(first, started.GetProperty("pid").GetInt32());
        Assert.Equal(1, started.GetProperty("restarts").GetInt32());
        using var again = await client.SendAsync("sleeper", "start");
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        Assert.Contains("sleeper is started already", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_at_the_same_time_are_done_one_after_the_other()
    {
        await using var stack = await Stack.StartAsync(b => b.AddExecutable("sleeper", "sleep", ".", $"98{Environment.ProcessId}"), dashboard: true);
        using var client = await DashboardClient.Of(stack).LogInAsync();
        await client.ReachesAsync("sleeper", "running");

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => client.SendAsync("sleeper", i % 3 == 0 ? "stop" : i % 3 == 1 ? "start" : "restart")));

        Assert.All(answers, a => Assert.True(a.StatusCode is HttpStatusCode.OK or HttpStatusCode.Conflict));
        await client.DoAsync("sleeper", "restart");
        var running = await client.ReachesAsync("sleeper", "running");
        // It begins as the program that puts it in a session of its own.
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!IsSleeper(running.GetProperty("pid").GetInt32()))
            await Task.Delay(20, deadline.Token);
        var sleeping = ProcessTable.All().Where(p => !p.IsZombie && IsSleeper(p.Identity.Pid)).Select(p => p.Identity.Pid);
        Assert.Equal([running.GetProperty("pid").GetInt32()], sleeping);

        static bool IsSleeper(int pid) => File.Exists($"/proc/{pid}/cmdline") && File.ReadAllText($"/proc/{pid}/cmdline") is var command
            && !command.StartsWith("setsid", StringComparison.Ordinal) && command.EndsWith($"sleep\098{Environment.ProcessId}\0", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resource_that_is_started_waits_for_what_it_needs()
    {
        await using var stack = await Stack.StartAsync(
            b => b.AddExecutable("dependent", "sleep", ".", "1000").WaitFor(b.AddExecutable("needed", "sleep", ".", "1000")), dashboard: true);
        using var client = await DashboardClient.Of(stack).LogInAsync();
        await client.ReachesAsync("dependent", "running");
        await client.DoAsync("needed", "stop");
        Assert.Equal("running", (await client.ResourceAsync("dependent")).GetProperty("state").GetString());

        await client.DoAsync("dependent", "restart");

        var waiting = await client.ResourceAsync("dependent");
        Assert.Equal("waiting", waiting.GetProperty("state").GetString());
        var wait = Assert.Single(waiting.GetProperty("waitsFor").EnumerateArray());
        Assert.Equal(("needed", "healthy", false), (wait.GetProperty("name").GetString(), wait.GetProperty("for").GetString(), wait.GetProperty("isMet").GetBoolean()));
        Assert.Equal("dependent", Assert.Single((await client.ResourceAsync("needed")).GetProperty("dependents").EnumerateArray()).GetString());
        await client.DoAsync("needed", "start");
        await client.ReachesAsync("dependent", "running");
    }

    [Fact]
    public async Task A_process_that_is_killed_is_seen_to_come_back()
    {
        await using var stack = await Stack.StartAsync(b => b.AddExecutable("sleeper", "sleep", ".", "1000"), dashboard: true);
        using var client = await DashboardClient.Of(stack).LogInAsync();
        var pid = (await client.ReachesAsync("sleeper", "running")).GetProperty("pid").GetInt32();
        var states = new List<string>();

        await foreach (var (type, _, data) in client.EventsAsync("/api/events"))
        {
            if (type == "resources")
                ProcessTable.Signal(ProcessTable.Read(pid)!.Identity, ProcessTable.SignalKill);
            if (type != "resource")
                continue;
            states.Add(data.GetProperty("state").GetString()!);
            if (states[^1] != "running" || data.GetProperty("restarts").GetInt32() == 0)
                continue;
            Assert.Equal(1, data.GetProperty("restarts").GetInt32());
            Assert.Equal(137, data.GetProperty("lastExitCode").GetInt32());
            Assert.NotEqual(pid, data.GetProperty("pid").GetInt32());
            break;
        }

        Assert.Contains("restarting", states);
    }

    [Fact]
    public async Task A_server_that_is_stopped_takes_the_health_of_others_with_it_and_brings_it_back()
    {
        await using var stack = await Stack.StartAsync(b =>
        {
            var redis = b.AddRedis("redis");
            // Healthy as long as something listens where Redis should.
            b.AddExecutable("dependent", "sleep", ".", "1000").WithReference(redis).WaitFor(redis).WithHttpHealthCheckOn(redis);
        }, dashboard: true);
        using var client = await DashboardClient.Of(stack).LogInAsync();
        await client.ReachesAsync("dependent", "running");

        await client.DoAsync("redis", "stop");

        var dependent = await client.ReachesAsync("dependent", "unhealthy");
        Assert.Contains("refused", dependent.GetProperty("healthMessage").GetString(), StringComparison.OrdinalIgnoreCase);
        await client.DoAsync("redis", "start");
        await client.ReachesAsync("redis", "running");
        await client.ReachesAsync("dependent", "running");
    }

    [Fact]
    public async Task A_stack_that_ends_while_a_page_watches_and_a_command_is_under_way_ends_at_once()
    {
        var stack = await Stack.StartAsync(b => b.AddExecutable("stubborn", "sh", ".", "-c", "trap '' TERM; while :; do sleep 1; done"), dashboard: true);
        using var client = await DashboardClient.Of(stack).LogInAsync();
        await client.ReachesAsync("stubborn", "running");
        await using var watching = client.EventsAsync("/api/events").GetAsyncEnumerator();
        await watching.MoveNextAsync();
        var command = client.SendAsync("stubborn", "restart");
        await client.ReachesAsync("stubborn", "stopping");

        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        await stack.DisposeAsync();

        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(15));
        await Task.WhenAny(command);
        Assert.DoesNotContain(ProcessTable.All(), p => !p.IsZombie && p.Identity.Pid != Environment.ProcessId
            && ProcessTable.Link(p.Identity.Pid, "cwd")?.StartsWith(stack.Directory, StringComparison.Ordinal) == true);
    }

    private static string[] Commands(JsonElement resource) => [.. resource.GetProperty("commands").EnumerateArray().Select(c => c.GetString()!)];
}

file static class Checks
{
    public static void WithHttpHealthCheckOn(this IResourceBuilder<ExecutableResource> builder, IResourceBuilder<RedisResource> redis)
    {
        builder.ApplicationBuilder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            "listens", _ => new ListensCheck(redis.Resource), null, null));
        builder.WithHealthCheck("listens");
    }

    private sealed class ListensCheck(RedisResource redis) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(
            HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            using var client = new System.Net.Sockets.TcpClient();
            try
            {
                await client.ConnectAsync("127.0.0.1", redis.PrimaryEndpoint.Port, cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (System.Net.Sockets.SocketException e)
            {
                return HealthCheckResult.Unhealthy(e.Message);
            }
        }
    }
}
