using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Native;

/// <summary>Looks at a running process: every 150 ms until it is healthy, then ever less often, up to every 5 s.</summary>
internal sealed class HealthWatch(NativeProgram program, RunContext context, ResourceNotificationService notifications)
{
    private static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(5);

    /// <summary>A process that is not healthy after this is not starting any more.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private long? _healthySince;

    /// <summary>Whether any process of this run has been healthy.</summary>
    public bool HasBeenReady { get; private set; }

    /// <summary>Watches one process until it has ended.</summary>
    /// <returns>How long it has been healthy.</returns>
    public async Task<TimeSpan> WatchAsync(CancellationToken ended)
    {
        var began = Stopwatch.GetTimestamp();
        var interval = Fast;
        var isLate = false;
        string? told = "starting";
        _healthySince = null;
        try
        {
            while (true)
            {
                var problem = await ProbeAsync(isComplete: _healthySince is not null, ended).ConfigureAwait(false);
                if (problem is null)
                    _healthySince ??= Stopwatch.GetTimestamp();
                if (problem != told)
                    await ReportAsync(problem, ended).ConfigureAwait(false);
                told = problem;
                if (!isLate && _healthySince is null && Stopwatch.GetElapsedTime(began) > StartLimit)
                {
                    isLate = true;
                    await notifications.PublishUpdateAsync(program.Resource, s => s.With((ResourceProperties.IsLate, true))).ConfigureAwait(false);
                }

                interval = problem is not null ? Fast : interval * 2 < Slow ? interval * 2 : Slow;
                await Task.Delay(interval, context.Time, ended).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            return _healthySince is { } since ? Stopwatch.GetElapsedTime(since) : TimeSpan.Zero;
        }
    }

    private async Task<string?> ProbeAsync(bool isComplete, CancellationToken ended)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ended);
        deadline.CancelAfter(ProbeLimit);
        try
        {
            var problem = await program.ProbeAsync(context, deadline.Token).ConfigureAwait(false);
            if (problem is null && !isComplete)
                await program.CompleteAsync(context, ended).ConfigureAwait(false);
            return problem;
        }
        catch (OperationCanceledException) when (!ended.IsCancellationRequested)
        {
            return $"no answer within {ProbeLimit.TotalSeconds} s";
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever went wrong, the process is not seen to work, and is looked at again.
            return e.Message;
        }
    }

    private async Task ReportAsync(string? problem, CancellationToken ended)
    {
        var now = context.Time.GetUtcNow().UtcDateTime;
        await notifications.PublishUpdateAsync(program.Resource, s =>
        {
            var reported = s with
            {
                HealthReports = [new HealthReportSnapshot("ready", problem is null ? HealthStatus.Healthy : HealthStatus.Unhealthy, problem, null)],
            };
            return problem is null && s.Property<DateTime?>(ResourceProperties.ReadyAt) is null
                ? reported.With((ResourceProperties.ReadyAt, now))
                : reported;
        }).ConfigureAwait(false);
        if (problem is null && !HasBeenReady)
        {
            HasBeenReady = true;
            await context.Services.GetRequiredService<IDistributedApplicationEventing>()
                .PublishAsync(new ResourceReadyEvent(program.Resource, context.Services), ended).ConfigureAwait(false);
        }
    }
}
