namespace Marten.Events;

/// <summary>Reads streams.</summary>
public interface IQueryEventStore : JasperFx.Events.IQueryEventStore;

/// <summary>Queues events for a session's next save.</summary>
public interface IEventOperations : JasperFx.Events.IEventOperations;

/// <summary>A session's event store.</summary>
public interface IEventStoreOperations : JasperFx.Events.IEventStoreOperations, IEventOperations, IQueryEventStore;
