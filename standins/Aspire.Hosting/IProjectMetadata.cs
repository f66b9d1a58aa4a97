using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Where a project is. Classes in namespace Projects that implement it are generated for the AppHost's project references.</summary>
public interface IProjectMetadata : IResourceAnnotation
{
    /// <summary>Full path of the project file.</summary>
    string ProjectPath { get; }

    /// <summary>The project's launch settings, when they are not in Properties/launchSettings.json.</summary>
    LaunchSettings? LaunchSettings => null;

    /// <summary>Whether the AppHost's build has built the project already.</summary>
    bool SuppressBuild => false;
}

/// <summary>Properties/launchSettings.json.</summary>
public sealed class LaunchSettings
{
    /// <summary>The profiles by name.</summary>
    public Dictionary<string, LaunchProfile> Profiles { get; set; } = [];
}

/// <summary>A way of starting a project.</summary>
public sealed class LaunchProfile
{
    /// <summary>Project, IISExpress ...; only Project is used.</summary>
    public string? CommandName { get; set; }

    /// <summary>Arguments.</summary>
    public string? CommandLineArgs { get; set; }

    /// <summary>Not used.</summary>
    public bool? DotnetRunMessages { get; set; }

    /// <summary>Not used.</summary>
    public bool? LaunchBrowser { get; set; }

    /// <summary>Not used.</summary>
    public string? LaunchUrl { get; set; }

    /// <summary>Addresses, separated by semicolons: each becomes an endpoint named after its scheme.</summary>
    public string? ApplicationUrl { get; set; }

    /// <summary>Environment of the process.</summary>
    public Dictionary<string, string> EnvironmentVariables { get; set; } = [];
}

/// <summary>How a project is added.</summary>
public class ProjectResourceOptions
{
    /// <summary>Name of the launch profile; without it the first one of kind Project.</summary>
    public string? LaunchProfileName { get; set; }

    /// <summary>Whether no launch profile is used.</summary>
    public bool ExcludeLaunchProfile { get; set; }

    /// <summary>Accepted for the sake of the real package: endpoints from Kestrel's configuration are never added here.</summary>
    public bool ExcludeKestrelEndpoints { get; set; }
}
