using System.Threading.Channels;
using MassTransit;
using QrPlatform.Contracts.Projections;

namespace QrPlatform.Projection.Advances;

/// <summary>
/// Tells the bus that the projection moved, after each commit but at most ten times a second. A notice that cannot be delivered is dropped: the
/// next one says more.
/// </summary>
internal sealed partial class AdvancePublisher(IBus bus, TimeProvider clock, ILogger<AdvancePublisher> logger) : BackgroundService, IAdvanceReader
{
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(100), Patience = TimeSpan.FromSeconds(2);

    private readonly Channel<AdvanceNotice> _notices = Channel.CreateUnbounded<AdvanceNotice>(new UnboundedChannelOptions { SingleReader = true });

    public void Note(CommittedPage page) => _notices.Writer.TryWrite(page.Notice);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await _notices.Reader.WaitToReadAsync(stoppingToken))
            {
                await PublishAsync(Collect(), stoppingToken);
                await Task.Delay(Apart, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
    }

    /// <summary>One message for all that came since the last one.</summary>
    private ProjectionAdvanced Collect()
    {
        var (position, anyTenant) = (0L, false);
        var tenants = new HashSet<string>(StringComparer.Ordinal);
        while (_notices.Reader.TryRead(out var notice))
        {
            position = Math.Max(position, notice.Position);
            tenants.UnionWith(notice.Tenants);
            anyTenant |= notice.Tenants.Count == 0;
        }

        return new ProjectionAdvanced { Position = position, Tenants = anyTenant ? [] : [.. tenants] };
    }

    private async Task PublishAsync(ProjectionAdvanced message, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            await bus.Publish(message, limit.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is not OutOfMemoryException)
        {
            Log.NotPublished(logger, exception.GetType().Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Warning, "The broker took no notice of the projection's step ({Fault}); live views look for themselves")]
        public static partial void NotPublished(ILogger logger, string fault);
    }
}
