using System.Reflection;

namespace Aspire.Hosting.Native;

/// <summary>Lets a test take the builder and the application from an AppHost's entry point.</summary>
/// <param name="AppHost">The AppHost's assembly, which is not the one that the process was started with.</param>
/// <param name="Configuring">Called with the options before the builder is made of them.</param>
/// <param name="Building">Called before the application is built.</param>
/// <param name="Built">Called with the application; does not return.</param>
internal sealed record EntryPointInterception(
    Assembly AppHost, Action<DistributedApplicationOptions> Configuring, Action<DistributedApplicationBuilder> Building,
    Action<DistributedApplication> Built)
{
    private static readonly AsyncLocal<EntryPointInterception?> Intercepting = new();

    /// <summary>In force for the code called from here on.</summary>
    public static EntryPointInterception? Current
    {
        get => Intercepting.Value;
        set => Intercepting.Value = value;
    }
}
