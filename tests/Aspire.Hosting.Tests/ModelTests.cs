using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Native;
using Microsoft.Extensions.Configuration;

namespace QrPlatform.HostingTests;

/// <summary>What is found out about a model before anything runs, and what its values are.</summary>
public sealed class ModelTests : IDisposable
{
    private readonly string _directory = Stack.NewDirectory();

    public void Dispose()
    {
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Refuses_a_port_that_is_given_twice()
    {
        var builder = NewBuilder();
        builder.AddRedis("first", port: 6400);
        builder.AddPostgres("second", port: 6400);

        var refused = Assert.Throws<DistributedApplicationException>(() => builder.Build());

        Assert.Equal("port 6400 is given twice: first (tcp), second (tcp)", refused.Message);
    }

    [Fact]
    public void Refuses_resources_that_wait_for_each_other()
    {
        var builder = NewBuilder();
        var first = builder.AddExecutable("first", "true", ".");
        var second = builder.AddExecutable("second", "true", ".").WaitFor(first);
        first.WaitFor(second);

        var refused = Assert.Throws<DistributedApplicationException>(() => builder.Build());

        Assert.Equal("resources wait for each other: first -> second -> first", refused.Message);
    }

    [Fact]
    public void Refuses_two_resources_of_one_name()
    {
        var builder = NewBuilder();
        builder.AddRedis("cache");

        Assert.Throws<DistributedApplicationException>(() => builder.AddPostgres("Cache"));
        Assert.Throws<ArgumentException>(() => builder.AddPostgres("not_a_name"));
    }

    [Fact]
    public async Task A_generated_secret_stays_the_same_and_is_readable_by_its_owner_only()
    {
        var first = await SecretAsync(NewBuilder());

        Assert.Equal(first, await SecretAsync(NewBuilder()));
        Assert.True(first!.Length >= 30);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_directory, "secrets", "key")));

        static async Task<string?> SecretAsync(IDistributedApplicationBuilder builder) =>
            await builder.AddParameter("key", new GenerateParameterDefault { MinLength = 30 }, secret: true, persist: true).Resource.GetValueAsync();
    }

    [Fact]
    public async Task A_parameter_takes_its_value_from_the_configuration()
    {
        var builder = NewBuilder("--Parameters:named=from configuration", "--Elsewhere=there");

        Assert.Equal("from configuration", await builder.AddParameter("named").Resource.GetValueAsync());
        Assert.Equal("there", await builder.AddParameterFromConfiguration("other", "Elsewhere").Resource.GetValueAsync());
        await Assert.ThrowsAsync<DistributedApplicationException>(async () => await builder.AddParameter("absent").Resource.GetValueAsync());
    }

    [Fact]
    public async Task Console_output_is_kept_up_to_a_limit()
    {
        Directory.CreateDirectory(_directory);
        var log = new ConsoleLog(Path.Combine(_directory, "noisy.log"), limit: 1_000);
        for (var i = 0; i < 100; i++)
            await log.WriteLineAsync($"line {i} {new string('x', 40)}");

        var files = Directory.GetFiles(_directory);
        Assert.Equal(2, files.Length);
        Assert.All(files, f => Assert.True(new FileInfo(f).Length <= 1_000));
        Assert.StartsWith("line 99 ", Assert.Single(log.Tail(1)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_data_directory_is_the_configured_one()
    {
        var builder = NewBuilder();

        Assert.Equal(_directory, ((DistributedApplicationBuilder)builder).Native.Data.Path);
        Assert.Equal(_directory, builder.Configuration.GetValue<string>(DataDirectory.ConfigurationKey));
    }

    private IDistributedApplicationBuilder NewBuilder(params string[] args) =>
        DistributedApplication.CreateBuilder([$"--QR_DATA_DIR={_directory}", .. args]);
}
