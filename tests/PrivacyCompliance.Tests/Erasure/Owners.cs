using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QrPlatform.Contracts;
using QrPlatform.Contracts.Erasure;
using QrPlatform.ErasedPersons;
using QrPlatform.Keys;
using QrPlatform.ServiceDefaults.Messaging;

namespace QrPlatform.PrivacyCompliance.Tests.Erasure;

/// <summary>
/// Stands where the owners of the stores stand: takes the orders over the real bus, opens them, notes them, and answers as it is told.
/// </summary>
internal sealed class Owners : IAsyncDisposable
{
    private readonly IHost _host;

    private Owners(IHost host) => _host = host;

    public OrderBook Book => _host.Services.GetRequiredService<OrderBook>();

    /// <summary>Starts them; they listen when this returns.</summary>
    public static async Task<Owners> StartAsync(PrivacyService service, OrderBook? book = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Configuration["ConnectionStrings:rabbitmq"] = service.Broker.ToString();
        builder.Configuration["Keys:Directory"] = service.KeyDirectoryPath;
        builder.Services.AddKeyDirectory();
        builder.Services.AddSingleton<ErasureAnswer>();
        builder.Services.AddSingleton(book ?? new OrderBook());
        builder.AddPlatformMessaging(
            bus =>
            {
                bus.AddConsumer<EventsOwner>().Endpoint(endpoint => endpoint.Name = Queues.EnrichmentEraseEvents);
                bus.AddConsumer<QuarantineOwner>().Endpoint(endpoint => endpoint.Name = Queues.IngestionEraseQuarantine);
                bus.AddConsumer<ReadModelsOwner>().Endpoint(endpoint => endpoint.Name = Queues.ProjectionEraseReadModels);
                bus.AddConsumer<CacheOwner>().Endpoint(endpoint => endpoint.Name = Queues.ReportingEraseCache);
            },
            rabbit => QuorumQueues.PublishTo<ErasureReport>(rabbit, Queues.PrivacyErasureReports));
        // A bus that is stopped before it has started goes on taking messages.
        builder.Services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true);
        var host = builder.Build();
        await host.StartAsync();
        return new Owners(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private static Task TakeAsync(ConsumeContext context, ErasureOrder order, OrderBook book, ErasureAnswer answer) => book.LostStep == order.Step
        ? book.LoseAsync(order)
        : answer.GiveAsync(context, order, (person, _) => book.TakeAsync(order, person));

    private sealed class EventsOwner(OrderBook book, ErasureAnswer answer) : IConsumer<EraseEvents>
    {
        public Task Consume(ConsumeContext<EraseEvents> context) => TakeAsync(context, context.Message.Order, book, answer);
    }

    private sealed class QuarantineOwner(OrderBook book, ErasureAnswer answer) : IConsumer<EraseQuarantine>
    {
        public Task Consume(ConsumeContext<EraseQuarantine> context) => TakeAsync(context, context.Message.Order, book, answer);
    }

    private sealed class ReadModelsOwner(OrderBook book, ErasureAnswer answer) : IConsumer<EraseReadModels>
    {
        public Task Consume(ConsumeContext<EraseReadModels> context) => TakeAsync(context, context.Message.Order, book, answer);
    }

    private sealed class CacheOwner(OrderBook book, ErasureAnswer answer) : IConsumer<EraseCache>
    {
        public Task Consume(ConsumeContext<EraseCache> context) => TakeAsync(context, context.Message.Order, book, answer);
    }
}

/// <summary>What was ordered, and what is answered.</summary>
internal sealed class OrderBook
{
    private readonly ConcurrentQueue<(ErasureOrder Order, ErasedPerson Person)> _orders = new();

    /// <summary>Answers an order; the default did nothing and found nothing.</summary>
    public Func<ErasureOrder, ErasedPerson, Task<StepOutcome>> Answer { get; set; } = (_, _) => Task.FromResult(StepOutcome.Of("rows", 0));

    /// <summary>A step whose orders are taken and never answered, as by an owner that dies over them.</summary>
    public ErasureStep? LostStep { get; set; }

    public int LostOrders { get; private set; }

    public Task LoseAsync(ErasureOrder order)
    {
        LostOrders++;
        return order.SealedPerson.Length > 0 ? Task.CompletedTask : throw new ArgumentException("The order names nobody.", nameof(order));
    }

    public IReadOnlyList<(ErasureOrder Order, ErasedPerson Person)> Of(Guid caseId) => [.. _orders.Where(one => one.Order.CaseId == caseId)];

    public Task<StepOutcome> TakeAsync(ErasureOrder order, ErasedPerson person)
    {
        _orders.Enqueue((order, person));
        return Answer(order, person);
    }
}
