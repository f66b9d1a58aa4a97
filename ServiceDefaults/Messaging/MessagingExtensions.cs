using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace QrPlatform.ServiceDefaults.Messaging;

/// <summary>The conventions of the bus, set once for all services.</summary>
public static class MessagingExtensions
{
    /// <summary>The broker's resource name, shared with the AppHost.</summary>
    public const string BrokerName = "rabbitmq";

    /// <summary>
    /// Adds MassTransit over RabbitMQ: kebab-case endpoints, quorum queues (<see cref="QuorumQueues"/>), mandatory and confirmed publishes, retry, error queue.
    /// </summary>
    /// <param name="builder">The host.</param>
    /// <param name="consumers">Adds the service's consumers.</param>
    /// <param name="topology">Declares the queues that this service publishes to (<see cref="QuorumQueues.PublishTo{TMessage}"/>), and what differs from the conventions.</param>
    public static TBuilder AddPlatformMessaging<TBuilder>(
        this TBuilder builder,
        Action<IBusRegistrationConfigurator>? consumers = null,
        Action<IRabbitMqBusFactoryConfigurator>? topology = null) where TBuilder : IHostApplicationBuilder
    {
        // The library reports its use to its makers after some minutes unless told not to. Nothing leaves a platform that guards people's data.
        builder.Services.Configure<UsageTelemetryOptions>(usage => usage.Enabled = false);
        builder.Services.AddMassTransit(bus =>
        {
            bus.SetKebabCaseEndpointNameFormatter();
            bus.ConfigureHealthCheckOptions(health => health.Name = BrokerName);
            bus.AddConfigureEndpointsCallback((_, _, endpoint) =>
            {
                // A queue that ends with its process holds notices only: they are neither replicated nor tried again.
                var notices = endpoint.InputAddress.Query.Contains("temporary=true", StringComparison.Ordinal);
                if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit && !notices) QuorumQueues.Configure(rabbit);
                if (!notices) Retry(endpoint);

                // What fails is kept in the error queue; nobody listens to fault messages.
                endpoint.PublishFaults = false;
            });
            consumers?.Invoke(bus);
            bus.UsingRabbitMq((context, rabbit) =>
            {
                var address = context.GetRequiredService<IConfiguration>().GetConnectionString(BrokerName)
                    ?? throw new InvalidOperationException($"ConnectionStrings:{BrokerName} is not set. Start the service through the AppHost, or set ConnectionStrings__{BrokerName}.");
                rabbit.Host(new Uri(address));
                QuorumQueues.ConfigureErrorQueues(rabbit);
                topology?.Invoke(rabbit);
                rabbit.ConfigureEndpoints(context);
            });
        });
        return builder;
    }

    // A dependency that is away is waited for, however long: the message stays unacknowledged, and nothing moves to the error
    // queue because of an outage. Everything else gets three tries and then the error queue.
    // The broker itself is not waited for like that: a message in hand came over the connection that was lost, and the bus connects
    // anew only when nothing is in hand any more. Whoever waited for it would wait for ever. Without an acknowledgement the broker
    // delivers the message again; moving it to the error queue fails over the lost connection as anything else does.
    private static void Retry(IReceiveEndpointConfigurator endpoint)
    {
        endpoint.UseMessageRetry(retry =>
        {
            retry.Handle<Exception>(exception => Outage.IsOne(exception) && !Outage.IsOfBroker(exception));
            retry.Exponential(int.MaxValue, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(200));
        });
        endpoint.UseMessageRetry(retry =>
        {
            retry.Handle<Exception>(Outage.IsOfBroker);
            retry.Intervals(100, 500, 1_000, 2_000, 2_000);
        });
        endpoint.UseMessageRetry(retry =>
        {
            retry.Ignore<Exception>(exception => Outage.IsOne(exception) || Outage.IsOfBroker(exception));
            retry.Intervals(100, 500);
        });
    }
}

/// <summary>Tells a dependency that is away from a message that can't be processed.</summary>
public static class Outage
{
    /// <summary>Whether trying again later, unchanged, can succeed: connections lost or refused, servers starting or stopping, calls timed out.</summary>
    public static bool IsOne(Exception exception) => exception switch
    {
        PostgresException postgres => postgres.IsTransient || postgres.SqlState.StartsWith("57P", StringComparison.Ordinal),
        NpgsqlException => true,
        HttpRequestException or TimeoutException or IOException => true,
        Polly.ExecutionRejectedException => true,
        RabbitMqConnectionException or RabbitMQ.Client.Exceptions.AlreadyClosedException or RabbitMQ.Client.Exceptions.OperationInterruptedException => true,
        OperationCanceledException => true,
        { InnerException: { } inner } => IsOne(inner),
        _ => false,
    };

    /// <summary>Whether the connection to the broker is at fault.</summary>
    public static bool IsOfBroker(Exception exception) =>
        exception is RabbitMqConnectionException or RabbitMQ.Client.Exceptions.AlreadyClosedException or RabbitMQ.Client.Exceptions.OperationInterruptedException
            or RabbitMQ.Client.Exceptions.BrokerUnreachableException
        || (exception.InnerException is { } inner && IsOfBroker(inner));
}
