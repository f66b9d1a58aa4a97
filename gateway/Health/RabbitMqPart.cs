using QrPlatform.ServiceDefaults.Messaging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace QrPlatform.Gateway.Health;

/// <summary>The broker, by a connection that is kept and a round trip over it.</summary>
internal sealed class RabbitMqPart(IConfiguration configuration) : Part("rabbitmq")
{
    private IConnection? _connection;
    private IChannel? _channel;

    public override async Task<Reading> LookAsync(CancellationToken cancellationToken)
    {
        if (configuration.GetConnectionString(MessagingExtensions.BrokerName) is not { } configured)
            return Reading.Unhealthy($"ConnectionStrings:{MessagingExtensions.BrokerName} is not set.");

        try
        {
            _connection ??= await Factory(configured).CreateConnectionAsync(cancellationToken);
            _channel ??= await _connection.CreateChannelAsync(cancellationToken: cancellationToken);

            // Asks for an exchange that every virtual host has: the cheapest question that the broker itself answers.
            await _channel.ExchangeDeclarePassiveAsync("amq.direct", cancellationToken);
            return Reading.Healthy;
        }
        catch (Exception exception) when (exception is RabbitMQClientException or IOException or TimeoutException or OperationCanceledException or ObjectDisposedException)
        {
            await DisposeAsync();
            return Reading.Unhealthy("The broker does not answer.");
        }
    }

    public override async ValueTask DisposeAsync()
    {
        var (channel, connection) = (_channel, _connection);
        (_channel, _connection) = (null, null);
        try
        {
            if (channel is not null) await channel.DisposeAsync();
            if (connection is not null) await connection.DisposeAsync();
        }
        catch (Exception exception) when (exception is RabbitMQClientException or IOException or TimeoutException or OperationCanceledException or ObjectDisposedException)
        {
            // Saying goodbye to a broker that is gone fails; the socket is closed all the same.
            connection?.Dispose();
        }
    }

    private static ConnectionFactory Factory(string configured) => new()
    {
        Uri = new Uri(configured),
        ClientProvidedName = "gateway health",
        AutomaticRecoveryEnabled = false,
        RequestedHeartbeat = TimeSpan.FromSeconds(5),
        RequestedConnectionTimeout = TimeSpan.FromSeconds(2),
        ContinuationTimeout = TimeSpan.FromSeconds(2),
    };
}
