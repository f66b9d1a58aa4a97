using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>Describes an application.</summary>
public interface IDistributedApplicationBuilder
{
    /// <summary>Configuration of the host.</summary>
    ConfigurationManager Configuration { get; }

    /// <summary>Directory of the AppHost's project.</summary>
    string AppHostDirectory { get; }

    /// <summary>The AppHost's assembly.</summary>
    Assembly? AppHostAssembly { get; }

    /// <summary>Environment of the host.</summary>
    IHostEnvironment Environment { get; }

    /// <summary>Services of the host.</summary>
    IServiceCollection Services { get; }

    /// <summary>Run or publish; here always run.</summary>
    DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <summary>Events of the application.</summary>
    IDistributedApplicationEventing Eventing { get; }

    /// <summary>The resources.</summary>
    IResourceCollection Resources { get; }

    /// <summary>Adds a resource.</summary>
    IResourceBuilder<T> AddResource<T>(T resource) where T : IResource;

    /// <summary>A builder for a resource that is not added to the model.</summary>
    IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource;

    /// <summary>Checks the model and makes the application.</summary>
    DistributedApplication Build();
}

/// <summary>Run or publish.</summary>
public enum DistributedApplicationOperation
{
    /// <summary>The application is run.</summary>
    Run,

    /// <summary>The application is published. Not supported here.</summary>
    Publish,
}

/// <summary>What the application is built for.</summary>
public class DistributedApplicationExecutionContext(DistributedApplicationOperation operation)
{
    /// <summary>Run or publish.</summary>
    public DistributedApplicationOperation Operation { get; } = operation;

    /// <summary>Whether it is published.</summary>
    public bool IsPublishMode => Operation == DistributedApplicationOperation.Publish;

    /// <summary>Whether it is run.</summary>
    public bool IsRunMode => Operation == DistributedApplicationOperation.Run;

    /// <summary>Services of the host, once it is built.</summary>
    public IServiceProvider ServiceProvider { get; internal set; } = new ServiceCollection().BuildServiceProvider();
}

/// <summary>How an application is built.</summary>
public sealed class DistributedApplicationOptions
{
    /// <summary>Command line.</summary>
    public string[]? Args { get; set; }

    /// <summary>Name of the AppHost's assembly.</summary>
    public string? AssemblyName { get; set; }

    /// <summary>Directory of the AppHost's project, instead of what its assembly says.</summary>
    public string? ProjectDirectory { get; set; }

    /// <summary>Whether there is no dashboard, even where an address is configured for it.</summary>
    public bool DisableDashboard { get; set; }
}
