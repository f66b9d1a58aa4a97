using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Native;

namespace Aspire.Hosting;

/// <summary>Adds .NET projects.</summary>
public static class ProjectResourceBuilderExtensions
{
    /// <summary>Adds a project that the AppHost references.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new() => Add(builder, name, new TProject(), new ProjectResourceOptions());

    /// <summary>Adds a project that the AppHost references, with one of its launch profiles, or with none.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(
        this IDistributedApplicationBuilder builder, string name, string? launchProfileName) where TProject : IProjectMetadata, new() =>
        Add(builder, name, new TProject(), Options(launchProfileName));

    /// <summary>Adds a project that the AppHost references.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(
        this IDistributedApplicationBuilder builder, string name, Action<ProjectResourceOptions> configure)
        where TProject : IProjectMetadata, new() => Add(builder, name, new TProject(), Options(configure));

    /// <summary>Adds a project by its path.</summary>
    public static IResourceBuilder<ProjectResource> AddProject(this IDistributedApplicationBuilder builder, string name, string projectPath) =>
        Add(builder, name, Metadata(builder, projectPath), new ProjectResourceOptions());

    /// <summary>Adds a project by its path, with one of its launch profiles, or with none.</summary>
    public static IResourceBuilder<ProjectResource> AddProject(
        this IDistributedApplicationBuilder builder, string name, string projectPath, string? launchProfileName) =>
        Add(builder, name, Metadata(builder, projectPath), Options(launchProfileName));

    /// <summary>Adds a project by its path.</summary>
    public static IResourceBuilder<ProjectResource> AddProject(
        this IDistributedApplicationBuilder builder, string name, string projectPath, Action<ProjectResourceOptions> configure) =>
        Add(builder, name, Metadata(builder, projectPath), Options(configure));

    /// <summary>Runs one process. More than one need a proxy in front of them, which is not here.</summary>
    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return replicas == 1
            ? builder.WithAnnotation(new ReplicaAnnotation(1), ResourceAnnotationMutationBehavior.Replace)
            : throw new NotSupportedException("Replicas need the proxies of the real package Aspire.Hosting.AppHost.");
    }

    private static IResourceBuilder<ProjectResource> Add(
        IDistributedApplicationBuilder builder, string name, IProjectMetadata metadata, ProjectResourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var project = builder.AddResource(new ProjectResource(name)).WithAnnotation(metadata).WithOtlpExporter();
        if (LaunchProfiles.Select(metadata, options) is not { } profile)
            return project;
        project.WithAnnotation(new LaunchProfileAnnotation(profile.Name, profile.Profile));
        foreach (var address in (profile.Profile.ApplicationUrl ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            // The profile's port is for running the project alone; in a stack each run gets ports of its own.
            var scheme = new Uri(address).Scheme;
            project.WithEndpoint(scheme, e => (e.UriScheme, e.Protocol) = (scheme, ProtocolType.Tcp));
        }

        return project;
    }

    private static ProjectResourceOptions Options(string? launchProfileName) =>
        new() { LaunchProfileName = launchProfileName, ExcludeLaunchProfile = launchProfileName is null };

    private static ProjectResourceOptions Options(Action<ProjectResourceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new ProjectResourceOptions();
        configure(options);
        return options;
    }

    private static PathMetadata Metadata(IDistributedApplicationBuilder builder, string projectPath) =>
        new(Path.GetFullPath(Path.Combine(builder.AppHostDirectory, projectPath)));

    private sealed class PathMetadata(string projectPath) : IProjectMetadata
    {
        public string ProjectPath { get; } = projectPath;
    }
}
