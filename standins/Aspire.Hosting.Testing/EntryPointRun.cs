using System.Reflection;
using Aspire.Hosting.Native;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>An AppHost's entry point, held where it builds the application: before, so that a test can change the model, and after, for good.</summary>
internal sealed class EntryPointRun
{
    private readonly TaskCompletionSource<DistributedApplicationBuilder> _builder = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<DistributedApplication> _application = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> _mayBuild = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly Action<DistributedApplicationOptions, HostApplicationBuilderSettings> _configure;

    public EntryPointRun(Assembly appHost, string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configure)
    {
        _configure = configure;
        var entryPoint = appHost.EntryPoint ?? throw new InvalidOperationException($"{appHost.GetName().Name} has no entry point.");
        var thread = new Thread(() => Run(appHost, entryPoint, args)) { IsBackground = true, Name = "AppHost entry point" };
        thread.Start();
    }

    public Task<DistributedApplicationBuilder> BuilderAsync(CancellationToken cancellationToken) => _builder.Task.WaitAsync(cancellationToken);

    public Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken)
    {
        _mayBuild.TrySetResult(true);
        return _application.Task.WaitAsync(cancellationToken);
    }

    public void Abandon() => _mayBuild.TrySetResult(false);

    private void Run(Assembly appHost, MethodInfo entryPoint, string[] args)
    {
        EntryPointInterception.Current = new EntryPointInterception(appHost, Configure, Hold, application =>
        {
            _application.TrySetResult(application);
            throw new EntryPointEndedException();
        });
        try
        {
            entryPoint.Invoke(null, entryPoint.GetParameters().Length == 0 ? [] : [args]);
            Fail(new InvalidOperationException("The entry point ended without building an application."));
        }
        catch (TargetInvocationException e) when (e.InnerException is EntryPointEndedException)
        {
            // The application is the test's now.
        }
        catch (TargetInvocationException e)
        {
            Fail(e.InnerException!);
        }
    }

    /// <summary>A test has no dashboard unless it asks for one.</summary>
    private void Configure(DistributedApplicationOptions options)
    {
        options.DisableDashboard = true;
        var settings = new HostApplicationBuilderSettings();
        _configure(options, settings);
        if (settings.Args is not null || settings.Configuration is not null || settings.EnvironmentName is not null || settings.ContentRootPath is not null)
            throw new NotSupportedException("HostApplicationBuilderSettings of an AppHost under test are not taken by the native host.");
    }

    private void Hold(DistributedApplicationBuilder builder)
    {
        _builder.TrySetResult(builder);
        if (!_mayBuild.Task.GetAwaiter().GetResult())
            throw new EntryPointEndedException();
    }

    private void Fail(Exception exception)
    {
        _builder.TrySetException(exception);
        _application.TrySetException(exception);
    }

    /// <summary>Leaves the entry point, which would go on to run the application.</summary>
    private sealed class EntryPointEndedException : Exception;
}
