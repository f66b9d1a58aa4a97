using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Native;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <summary>Describes an application.</summary>
public class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly HostApplicationBuilder _host;
    private readonly EntryPointInterception? _interception = EntryPointInterception.Current;
    private readonly bool _isDashboardDisabled;

    /// <summary>Begins the description of an application.</summary>
    public DistributedApplicationBuilder(string[] args) : this(new DistributedApplicationOptions { Args = args })
    {
    }

    /// <summary>Begins the description of an application.</summary>
    public DistributedApplicationBuilder(DistributedApplicationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _interception?.Configuring(options);
        _isDashboardDisabled = options.DisableDashboard;
        AppHostAssembly = options.AssemblyName is { } name ? Assembly.Load(name) : _interception?.AppHost ?? Assembly.GetEntryAssembly();
        AppHostDirectory = options.ProjectDirectory ?? DirectoryOf(AppHostAssembly) ?? Directory.GetCurrentDirectory();
        _host = new HostApplicationBuilder(new HostApplicationBuilderSettings { Args = options.Args, ContentRootPath = AppHostDirectory });
        Native = new NativeHost(
            _host.Configuration, AppHostDirectory,
            AppHostAssembly?.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration is { Length: > 0 } built ? built : "Debug", Resources);

        if (!_isDashboardDisabled)
            DashboardSettings.ProvideToken(Configuration);

        Services.AddSingleton(Resources);
        Services.AddSingleton(new DistributedApplicationModel(Resources));
        Services.AddSingleton(new ResourceNotificationService());
        Services.AddSingleton(Eventing);
        Services.AddSingleton(ExecutionContext);
        Services.AddSingleton(Native);
        Services.AddSingleton(new RunOutput(Console.Out));
        Services.TryAddSingleton(TimeProvider.System);
        Services.AddSingleton<NativeLifetime>();
        Services.AddSingleton<IHostLifetime>(s => s.GetRequiredService<NativeLifetime>());
        Services.AddHostedService<NativeOrchestrator>();
        Services.AddHealthChecks();
        Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(14));
        // The host logs why it failed to start with a stack trace; whoever started it gets the reason as an exception, or as a line.
        _host.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
    }

    /// <inheritdoc />
    public ConfigurationManager Configuration => _host.Configuration;

    /// <inheritdoc />
    public string AppHostDirectory { get; }

    /// <inheritdoc />
    public Assembly? AppHostAssembly { get; }

    /// <inheritdoc />
    public IHostEnvironment Environment => _host.Environment;

    /// <inheritdoc />
    public IServiceCollection Services => _host.Services;

    /// <inheritdoc />
    public DistributedApplicationExecutionContext ExecutionContext { get; } = new(DistributedApplicationOperation.Run);

    /// <inheritdoc />
    public IDistributedApplicationEventing Eventing { get; } = new DistributedApplicationEventing();

    /// <inheritdoc />
    public IResourceCollection Resources { get; } = new ResourceCollection();

    internal NativeHost Native { get; }

    /// <inheritdoc />
    public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource
    {
        ArgumentNullException.ThrowIfNull(resource);
        if (Resources.FirstOrDefault(r => string.Equals(r.Name, resource.Name, StringComparison.OrdinalIgnoreCase)) is { } existing)
            throw new DistributedApplicationException(
                $"Cannot add resource of type '{resource.GetType()}' with name '{resource.Name}' because resource of type "
                + $"'{existing.GetType()}' with that name already exists. Resource names are case-insensitive.");
        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    /// <inheritdoc />
    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource => new ResourceBuilder<T>(this, resource);

    /// <inheritdoc />
    public DistributedApplication Build()
    {
        _interception?.Building(this);
        if (!_isDashboardDisabled && DashboardSettings.Read(Configuration) is { } dashboard)
            AddResource(new DashboardResource(dashboard));
        ModelChecks.Check(Resources);
        var host = _host.Build();
        ExecutionContext.ServiceProvider = host.Services;
        var application = new DistributedApplication(host);
        _interception?.Built(application);
        return application;
    }

    private static string? DirectoryOf(Assembly? assembly) =>
        assembly?.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(a => string.Equals(a.Key, "AppHostProjectPath", StringComparison.OrdinalIgnoreCase))?.Value;
}
