using System.Collections.Concurrent;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Native;

/// <summary>A line of the table that is printed before anything starts.</summary>
internal sealed record PreflightRow(string Resource, string Binary, string Version, string Ports, string Directory);

/// <summary>What a start needs besides the resource.</summary>
internal sealed record RunContext(
    DataDirectory Data, RunDirectory Run, DistributedApplicationExecutionContext ExecutionContext, IServiceProvider Services,
    TimeProvider Time)
{
    private readonly ConcurrentDictionary<string, ConsoleLog> _logs = new();

    /// <summary>The one log of a process's console, whoever writes to it and reads from it.</summary>
    public ConsoleLog LogOf(string name) => _logs.GetOrAdd(name, n => new ConsoleLog(Path.Combine(Data.Directory("logs"), n + ".log")));
}

/// <summary>How a resource is run as a native process.</summary>
internal abstract class NativeProgram(IResource resource)
{
    public IResource Resource { get; } = resource;

    /// <summary>How long the process may take to end after it was asked to.</summary>
    public virtual TimeSpan Grace => TimeSpan.FromSeconds(5);

    /// <summary>Whether the process is started again when it ends.</summary>
    public virtual bool IsRestarted(int exitCode) => true;

    /// <summary>Processes that must run beside this one.</summary>
    public virtual IReadOnlyList<ProcessSpecification> Companions(RunContext context) => [];

    /// <summary>The line of the table.</summary>
    public abstract PreflightRow Describe(DataDirectory data);

    /// <summary>What stands in the way of a start, in one line each.</summary>
    public abstract IEnumerable<string> FindProblems(DataDirectory data);

    /// <summary>Makes a start possible, the first one or one after a crash.</summary>
    public abstract Task<ProcessSpecification> PrepareAsync(RunContext context, CancellationToken cancellationToken);

    /// <summary>Looks whether the process does its work.</summary>
    /// <returns>Null, or why not.</returns>
    public abstract Task<string?> ProbeAsync(RunContext context, CancellationToken cancellationToken);

    /// <summary>Completes the start of a process that has become healthy.</summary>
    public virtual Task CompleteAsync(RunContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    protected IEnumerable<EndpointAnnotation> Endpoints => Resource.Annotations.OfType<EndpointAnnotation>();

    protected string Ports => string.Join(", ", Endpoints.Select(e => e.AllocatedEndpoint?.Port));

    protected static async Task<string> ValueAsync(IValueProvider provider, CancellationToken cancellationToken) =>
        await provider.GetValueAsync(cancellationToken).ConfigureAwait(false) ?? "";

    protected static Dictionary<string, string> ServerEnvironment(params (string Name, string Value)[] more)
    {
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            ["LANG"] = "C.UTF-8",
            ["TZ"] = "UTC",
        };
        foreach (var (name, value) in more)
            environment[name] = value;
        return environment;
    }
}
