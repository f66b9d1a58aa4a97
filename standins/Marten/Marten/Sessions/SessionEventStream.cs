using JasperFx.Events;

namespace Marten.Sessions;

internal sealed class SessionEventStream<T>(StreamAction action, T? aggregate, long version, Func<object, IEvent> wrap,
    CancellationToken cancellation) : IEventStream<T> where T : notnull
{
    public T? Aggregate => aggregate;

    public long? StartingVersion => version;

    public long? CurrentVersion => version + action.Events.Count;

    public CancellationToken Cancellation => cancellation;

    public Guid Id => action.Id;

    public string? Key => action.Key;

    public IReadOnlyList<IEvent> Events => action.Events;

    public void AppendOne(object @event) => action.AddEvent(wrap(@event));

    public void AppendMany(params object[] events) => action.AddEvents(Array.ConvertAll(events, o => wrap(o)));

    public void AppendMany(IEnumerable<object> events) => AppendMany([.. events]);
}
