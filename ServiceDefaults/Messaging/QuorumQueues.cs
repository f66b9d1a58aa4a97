using MassTransit;
using MassTransit.Configuration;

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

    /// <summary>
    /// Declares the queue <paramref name="queue"/>, bound to the message's exchange, when the bus starts and with every new channel, and
    /// publishes the message as mandatory: one that no queue takes is an error (<c>MessageReturnedException</c>) and never a silent loss.
    /// A queue that is deleted later is declared again by the publish after the one that failed, because a returned message closes its channel.
    /// </summary>
    /// <param name="bus">The bus.</param>
    /// <param name="queue">The endpoint name of the one consumer; a constant of <c>Contracts</c>.</param>
    public static void PublishTo<TMessage>(IRabbitMqBusFactoryConfigurator bus, string queue) where TMessage : class
    {
        // MassTransit binds a queue declared here to the exchange named here only, not to the message's: so that one is named.
        // The consumer adds its own way (message exchange, endpoint exchange, queue); the broker delivers once per queue all the same.
        var exchange = bus.MessageTopology.EntityNameFormatter.FormatEntityName<TMessage>();
        bus.Publish<TMessage>(publish =>
        {
            publish.BindQueue(exchange, queue, configure =>
            {
                configure.SetQuorumQueueArguments();
                SetArguments(configure, queue);
            });
            publish.BindQueue(DeadLetters(queue), DeadLetters(queue), dead => dead.SetQuorumQueueArguments());
        });
        bus.DeployPublishTopology = true;
        bus.ConfigurePublish(publish => publish.AddPipeSpecification(new Mandatory<TMessage>()));
    }

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

    // Only messages with a declared queue: faults and notices without a listener may go nowhere.
    private sealed class Mandatory<TMessage> : IPipeSpecification<PublishContext<TMessage>>, IFilter<PublishContext<TMessage>> where TMessage : class
    {
        public void Apply(IPipeBuilder<PublishContext<TMessage>> builder) => builder.AddFilter(this);

        public IEnumerable<ValidationResult> Validate() => [];

        public Task Send(PublishContext<TMessage> context, IPipe<PublishContext<TMessage>> next)
        {
            if (context.TryGetPayload<RabbitMqSendContext>(out var rabbit)) rabbit.Mandatory = true;
            return next.Send(context);
        }

        public void Probe(ProbeContext context) => context.CreateFilterScope("mandatory");
    }
}
