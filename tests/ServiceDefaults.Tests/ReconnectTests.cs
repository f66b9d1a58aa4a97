using System.Threading.Channels;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using QrPlatform.ServiceDefaults.Messaging;
using QrPlatform.Testing;

namespace QrPlatform.ServiceDefaults.Tests;

public sealed class ReconnectTests
{
    private const string Queue = "reconnects";

    // The client waits 20 s for the answer to a declaration.
    [Fact]
    public async Task A_queue_is_consumed_again_after_a_broker_that_came_back_left_its_declaration_unanswered()
    {
        await using var network = new StallingProxy(await TestServers.CreateVirtualHostAsync());
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration[$"ConnectionStrings:{MessagingExtensions.BrokerName}"] = network.Address.ToString();
        var received = Channel.CreateUnbounded<int>();
        builder.Services.AddSingleton(received);
        builder.AddPlatformMessaging(
            bus => bus.AddConsumer<Receiver>().Endpoint(endpoint => endpoint.Name = Queue), rabbit => QuorumQueues.PublishTo<Sent>(rabbit, Queue));
        await using var app = builder.Build();
        await app.StartAsync();
        var bus = app.Services.GetRequiredService<IBus>();

        await bus.Publish(new Sent(1));
        await ReceiveAsync(1);
        network.CutAndStall();
        await network.Stalled.WaitAsync(TimeSpan.FromSeconds(60));

        await Eventually.TrueAsync(() => TryPublishAsync(bus, new Sent(2)), "a message is published", TimeSpan.FromSeconds(60));
        await ReceiveAsync(2);

        // The first may come again: the cut took its acknowledgement.
        async Task ReceiveAsync(int number)
        {
            while (await received.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60)) != number)
            {
            }
        }
    }

    private static async Task<bool> TryPublishAsync(IBus bus, Sent message)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await bus.Publish(message, limit.Token);
            return true;
        }
        catch (Exception exception) when (Outage.IsOne(exception) || Outage.IsOfBroker(exception))
        {
            return false;
        }
    }

    /// <summary>A message.</summary>
    public sealed record Sent(int Number);

    /// <summary>Takes it.</summary>
    public sealed class Receiver(Channel<int> received) : IConsumer<Sent>
    {
        public Task Consume(ConsumeContext<Sent> context) => received.Writer.WriteAsync(context.Message.Number, context.CancellationToken).AsTask();
    }
}
