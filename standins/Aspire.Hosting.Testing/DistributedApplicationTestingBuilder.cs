using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>Takes an AppHost into a test.</summary>
public static class DistributedApplicationTestingBuilder
{
    /// <summary>Runs an AppHost's entry point until it builds the application.</summary>
    /// <typeparam name="TEntryPoint">A type of the AppHost's assembly, such as Projects.AppHost.</typeparam>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync(typeof(TEntryPoint), [], cancellationToken);

    /// <summary>Runs an AppHost's entry point until it builds the application.</summary>
    /// <typeparam name="TEntryPoint">A type of the AppHost's assembly, such as Projects.AppHost.</typeparam>
    /// <param name="args">Command line of the AppHost.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args, CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync(typeof(TEntryPoint), args, cancellationToken);

    /// <summary>Runs an AppHost's entry point until it builds the application.</summary>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync(Type entryPoint, CancellationToken cancellationToken = default) =>
        CreateAsync(entryPoint, [], cancellationToken);

    /// <summary>Runs an AppHost's entry point until it builds the application, with options of the test's: without them it has no dashboard.</summary>
    /// <typeparam name="TEntryPoint">A type of the AppHost's assembly, such as Projects.AppHost.</typeparam>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(
        string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder,
        CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync(typeof(TEntryPoint), args, configureBuilder, cancellationToken);

    /// <summary>Runs an AppHost's entry point until it builds the application.</summary>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync(
        Type entryPoint, string[] args, CancellationToken cancellationToken = default) =>
        CreateAsync(entryPoint, args, (_, _) => { }, cancellationToken);

    /// <summary>Runs an AppHost's entry point until it builds the application, with options of the test's: without them it has no dashboard.</summary>
    public static async Task<IDistributedApplicationTestingBuilder> CreateAsync(
        Type entryPoint, string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entryPoint);
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(configureBuilder);
        var run = new EntryPointRun(entryPoint.Assembly, TestArguments.Complete(args), configureBuilder);
        return new TestingBuilder(await run.BuilderAsync(cancellationToken).ConfigureAwait(false), run);
    }
}
