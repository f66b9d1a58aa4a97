using JasperFx.Events;
using JasperFx.MultiTenancy;

namespace Marten.Events;

/// <summary>How events are stored.</summary>
public interface IEventStoreOptions
{
    StreamIdentity StreamIdentity { get; set; }

    TenancyStyle TenancyStyle { get; set; }

    EventAppendMode AppendMode { get; set; }

    string DatabaseSchemaName { get; set; }

    MetadataConfig MetadataConfig { get; }

    TimeProvider TimeProvider { get; set; }

    bool EnableUniqueIndexOnEventId { get; set; }

    bool EnableEventTypeIndex { get; set; }

    /// <summary>Records skipped gaps in <c>mt_high_water_skips</c>.</summary>
    bool EnableAdvancedAsyncTracking { get; set; }

    /// <summary>Appends notify the daemon through PostgreSQL, channel <c>mt_events_appended</c>.</summary>
    bool UseListenNotifyForEventAppends { get; set; }

    IEventStoreOptions AddEventType<TEvent>();

    void AddEventType(Type eventType);

    void AddEventTypes(IEnumerable<Type> types);

    /// <summary>Stores <typeparamref name="TEvent"/> under a name that survives the renaming of the class.</summary>
    void MapEventType<TEvent>(string eventTypeName) where TEvent : class;

    void MapEventType(Type eventType, string eventTypeName);

    /// <summary>How <see cref="AdvancedOperations.ApplyEventDataMasking"/> changes events of this type, or one that it is a base of.</summary>
    void AddMaskingRuleForProtectedInformation<T>(Action<T> action) where T : notnull;

    /// <summary>How <see cref="AdvancedOperations.ApplyEventDataMasking"/> replaces events of exactly this type.</summary>
    void AddMaskingRuleForProtectedInformation<T>(Func<T, T> func) where T : notnull;

    /// <summary>Reads events that were stored under this name as <typeparamref name="TOldEvent"/>, and shows them as <typeparamref name="TEvent"/>.</summary>
    IEventStoreOptions Upcast<TOldEvent, TEvent>(string eventTypeName, Func<TOldEvent, TEvent> upcast)
        where TOldEvent : class where TEvent : class;
}
