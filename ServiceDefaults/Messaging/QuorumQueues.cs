using MassTransit;

namespace QrPlatform.ServiceDefaults.Messaging;

/// <summary>
/// The one shape of a queue: replicated, with a limit of deliveries, and lossless dead-lettering beyond it (at-least-once strategy,
/// which needs overflow reject-publish) into the endpoint's <c>{queue}_dead</c>. Publishers declare the same shape, so that nothing can
/// be published before its queue exists.
/// </summary>
public static class QuorumQueues
{
    /// <summary>Deliveries of one message before it goes to the dead queue; each crash of a consumer costs one.</summary>
    public const int DeliveryLimit = 50;

    /// <summary>Gives a receive endpoint the platform's queue.</summary>
    public static void Configure(IRabbitMqReceiveEndpointConfigurator endpoint)
    {
        var queue = endpoint.InputAddress.Segments[^1];
        endpoint.PrefetchCount = 8;
        endpoint.ConcurrentMessageLimit = 4;
        endpoint.SetQuorumQueue();
        SetArguments(endpoint, queue);
        endpoint.BindDeadLetterQueue(DeadLetters(queue), DeadLetters(queue), dead => dead.SetQuorumQueueArguments());
    }

    /// <summary>Declares, with every connection of this service, the queue <paramref name="queue"/> and its binding to the message's exchange.</summary>
    public static void PublishTo<TMessage>(IRabbitMqBusFactoryConfigurator bus, string queue) where TMessage : class =>
        bus.Publish<TMessage>(publish => publish.BindQueue(queue, queue, configure =>
        {
            configure.SetQuorumQueueArguments();
            SetArguments(configure, queue);
        }));

    /// <summary>The queue of messages that were delivered too often.</summary>
    public static string DeadLetters(string queue) => queue + "_dead";

    // Error queues inherit the endpoint's arguments; a limit or dead-lettering there would lose what is kept.
    internal static void ConfigureErrorQueues(IRabbitMqBusFactoryConfigurator bus)
    {
        bus.SendTopology.ConfigureErrorSettings = ClearArguments;
        bus.SendTopology.ConfigureDeadLetterSettings = ClearArguments;
    }

    private static void SetArguments(IRabbitMqQueueConfigurator queue, string name)
    {
        queue.SetQueueArgument("x-delivery-limit", DeliveryLimit);
        queue.SetQueueArgument("x-dead-letter-exchange", DeadLetters(name));
        queue.SetQueueArgument("x-dead-letter-strategy", "at-least-once");
        queue.SetQueueArgument("x-overflow", "reject-publish");
    }

    private static void SetQuorumQueueArguments(this IRabbitMqQueueConfigurator queue) => queue.SetQueueArgument("x-queue-type", "quorum");

    private static void ClearArguments(IRabbitMqQueueConfigurator queue)
    {
        foreach (var argument in (string[])["x-delivery-limit", "x-dead-letter-exchange", "x-dead-letter-strategy", "x-overflow"])
            queue.SetQueueArgument(argument, null);
    }
}
