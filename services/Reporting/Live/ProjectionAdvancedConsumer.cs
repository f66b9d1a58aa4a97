using MassTransit;
using QrPlatform.Contracts.Projections;

namespace QrPlatform.Reporting.Live;

/// <summary>Each instance hears every message, through a queue that ends with it.</summary>
internal sealed class ProjectionAdvancedConsumer(LiveFeeds feeds) : IConsumer<ProjectionAdvanced>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<ProjectionAdvanced> context)
    {
        feeds.Tell(context.Message);
        return Task.CompletedTask;
    }
}
