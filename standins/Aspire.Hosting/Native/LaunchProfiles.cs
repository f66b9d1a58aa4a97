using System.Text.Json;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Native;

internal sealed class LaunchProfileAnnotation(string name, LaunchProfile profile) : IResourceAnnotation
{
    public string Name { get; } = name;

    public LaunchProfile Profile { get; } = profile;
}

/// <summary>Reads the launch settings of a project.</summary>
internal static class LaunchProfiles
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    public static (string Name, LaunchProfile Profile)? Select(IProjectMetadata metadata, ProjectResourceOptions options)
    {
        if (options.ExcludeLaunchProfile || (metadata.LaunchSettings ?? Read(metadata.ProjectPath)) is not { } settings)
            return null;
        if (options.LaunchProfileName is { } name)
            return settings.Profiles.TryGetValue(name, out var named)
                ? (name, named)
                : throw new DistributedApplicationException($"Launch profile '{name}' is not in the launch settings of {metadata.ProjectPath}.");
        return settings.Profiles.Where(p => p.Value.CommandName == "Project").Select(p => ((string, LaunchProfile)?)(p.Key, p.Value)).FirstOrDefault();
    }

    private static LaunchSettings? Read(string projectPath)
    {
        var path = Path.Combine(Path.GetDirectoryName(projectPath)!, "Properties", "launchSettings.json");
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize<LaunchSettings>(File.ReadAllText(path), Json);
        }
        catch (JsonException e)
        {
            throw new DistributedApplicationException($"{path} cannot be read: {e.Message}", e);
        }
    }
}
