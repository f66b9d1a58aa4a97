using MassTransit;
using QrPlatform.Contracts.Projections;
using QrPlatform.Reporting.Published;

namespace QrPlatform.Reporting.Live;

/// <summary>Each instance hears every message, through a queue that ends with it.</summary>
internal sealed class ProjectionAdvancedConsumer(LiveFeeds feeds, FigurePublisher figures) : IConsumer<ProjectionAdvanced>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<ProjectionAdvanced> context)
    {
        feeds.Tell(context.Message);
        figures.Tell(context.Message);
        return Task.CompletedTask;
    }
}
