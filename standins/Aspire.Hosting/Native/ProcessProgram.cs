using System.Globalization;
using System.Text.RegularExpressions;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Native;

/// <summary>Runs a program of the application itself: a project or an executable.</summary>
internal abstract partial class ProcessProgram(IResource resource, bool isAwaited) : NativeProgram(resource)
{
    // What the AppHost was started with is not meant for the processes that it starts.
    private static readonly string[] NotHandedOn =
    [
        "ASPNETCORE_URLS", "DOTNET_LAUNCH_PROFILE", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "DOTNET_CLI_TELEMETRY_SESSIONID",
        "ASPIRE_DASHBOARD_FRONTEND_BROWSERTOKEN", "DOTNET_DASHBOARD_FRONTEND_BROWSERTOKEN", "AppHost__BrowserToken",
        "MSBUILD_EXE_PATH", "MSBuildSDKsPath", "MSBuildExtensionsPath", "MSBuildLoadMicrosoftTargetsReadOnly", "DOTNET_STARTUP_HOOKS",
    ];

    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });

    public override TimeSpan Grace => TimeSpan.FromSeconds(4);

    /// <summary>A process that listens is there to stay; one that others wait to end, or that ends well by itself, is not.</summary>
    public override bool IsRestarted(int exitCode) => !isAwaited && (exitCode != 0 || Endpoints.Any());

    public override async Task<string?> ProbeAsync(RunContext context, CancellationToken cancellationToken)
    {
        foreach (var check in Resource.Annotations.OfType<HttpHealthCheckAnnotation>())
            if (await GetAsync(check, cancellationToken).ConfigureAwait(false) is { } problem)
                return problem;
        var keys = Resource.Annotations.OfType<HealthCheckAnnotation>().Select(a => a.Key).ToHashSet();
        if (keys.Count == 0)
            return null;
        var report = await context.Services.GetRequiredService<HealthCheckService>()
            .CheckHealthAsync(r => keys.Contains(r.Name), cancellationToken).ConfigureAwait(false);
        return report.Status == HealthStatus.Healthy
            ? null
            : string.Join("; ", report.Entries.Where(e => e.Value.Status != HealthStatus.Healthy).Select(e => $"{e.Key}: {e.Value.Description}"));
    }

    protected async Task<List<string>> ArgumentsAsync(CancellationToken cancellationToken)
    {
        var arguments = new CommandLineArgsCallbackContext([], Resource, cancellationToken);
        foreach (var annotation in Resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
            await annotation.Callback(arguments).ConfigureAwait(false);
        var values = new List<string>();
        foreach (var argument in arguments.Args)
            values.Add(await TextAsync(argument, cancellationToken).ConfigureAwait(false));
        return values;
    }

    /// <summary>The defaults of the kind of program, overridden by what the model says.</summary>
    protected async Task<Dictionary<string, string>> EnvironmentAsync(
        RunContext context, Dictionary<string, object> defaults, CancellationToken cancellationToken)
    {
        var variables = new EnvironmentCallbackContext(context.ExecutionContext, Resource, defaults, cancellationToken);
        foreach (var annotation in Resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
            await annotation.Callback(variables).ConfigureAwait(false);
        foreach (var endpoint in Endpoints)
            if (endpoint.PortEnvironmentVariable is { } variable)
                variables.EnvironmentVariables[variable] = endpoint.AllocatedEndpoint!.Port.ToString(CultureInfo.InvariantCulture);

        var environment = new Dictionary<string, string>();
        foreach (System.Collections.DictionaryEntry inherited in System.Environment.GetEnvironmentVariables())
            if (!NotHandedOn.Contains((string)inherited.Key))
                environment[(string)inherited.Key] = (string?)inherited.Value ?? "";
        foreach (var (name, value) in variables.EnvironmentVariables)
            environment[name] = await TextAsync(value, cancellationToken).ConfigureAwait(false);
        return environment;
    }

    /// <summary>A part that a health answer in JSON calls unhealthy.</summary>
    [GeneratedRegex("""
        "([^"]+)"\s*:\s*\{\s*"status"\s*:\s*"(?:Unhealthy|Degraded)"
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.IgnoreCase)]
    private static partial Regex UnhealthyPart();

    private static async Task<string> TextAsync(object value, CancellationToken cancellationToken) => value switch
    {
        string text => text,
        IResourceBuilder<IResource> { Resource: IValueProvider provider } => await ValueAsync(provider, cancellationToken).ConfigureAwait(false),
        IValueProvider provider => await ValueAsync(provider, cancellationToken).ConfigureAwait(false),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private async Task<string?> GetAsync(HttpHealthCheckAnnotation check, CancellationToken cancellationToken)
    {
        var endpoint = Endpoints.FirstOrDefault(e => check.EndpointName is null ? e.UriScheme is "http" or "https" : e.Name == check.EndpointName)
            ?? throw new DistributedApplicationException($"{Resource.Name}: no endpoint for the health check {check.Path}");
        var address = new Uri(new Uri(endpoint.AllocatedEndpoint!.UriString), check.Path);
        try
        {
            using var response = await Http.GetAsync(address, cancellationToken).ConfigureAwait(false);
            if ((int)response.StatusCode == check.StatusCode)
                return null;
            var body = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            var missing = UnhealthyPart().Matches(body).Select(m => m.Groups[1].Value).ToArray();
            return $"{address} answers {(int)response.StatusCode}: "
                + (missing.Length > 0 ? string.Join(", ", missing) : body[..Math.Min(body.Length, 200)]);
        }
        catch (HttpRequestException e)
        {
            return $"{address}: {e.Message}";
        }
    }
}
