namespace Aspire.Hosting.Native;

/// <summary>Lets a test take the application that an AppHost's entry point builds, instead of that it is run there.</summary>
internal static class DistributedApplicationBuilt
{
    private static readonly AsyncLocal<Interception?> Current = new();

    /// <summary>What the code called from here on builds is handed over.</summary>
    public static Interception? Interception
    {
        get => Current.Value;
        set => Current.Value = value;
    }

    public static void Created(DistributedApplicationBuilder builder) => Current.Value?.OnCreated(builder);

    public static DistributedApplication Intercept(DistributedApplicationBuilder builder, DistributedApplication application)
    {
        Current.Value?.OnBuilt(builder, application);
        return application;
    }
}

/// <summary>What a test does with the AppHost's builder and application.</summary>
internal sealed record Interception(
    Action<DistributedApplicationBuilder> OnCreated, Action<DistributedApplicationBuilder, DistributedApplication> OnBuilt);
