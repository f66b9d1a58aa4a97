using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using JasperFx.Events;
using JasperFx.MultiTenancy;

namespace Marten.Events;

/// <summary>The event store's options and its register of event types.</summary>
internal sealed class EventGraph(StoreOptions options) : IEventStoreOptions
{
    private readonly ConcurrentDictionary<Type, EventMapping> _byType = new();
    private readonly ConcurrentDictionary<string, EventMapping> _byAlias = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, EventMapping> _upcasts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, EventMapping?> _byDotNetType = new(StringComparer.Ordinal);
    private readonly List<Func<IEvent, bool>> _maskers = [];
    private string? _schema;

    public StreamIdentity StreamIdentity { get; set; } = StreamIdentity.AsGuid;

    public TenancyStyle TenancyStyle { get; set; } = TenancyStyle.Single;

    public EventAppendMode AppendMode { get; set; } = EventAppendMode.QuickWithServerTimestamps;

    public string DatabaseSchemaName
    {
        get => _schema ?? options.DatabaseSchemaName;
        set => _schema = value.ToLowerInvariant();
    }

    public MetadataConfig MetadataConfig { get; } = new();

    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    public bool EnableUniqueIndexOnEventId { get; set; }

    public bool EnableEventTypeIndex { get; set; }

    public bool EnableAdvancedAsyncTracking { get; set; } = true;

    public bool UseListenNotifyForEventAppends { get; set; }

    public IEventStoreOptions AddEventType<TEvent>()
    {
        AddEventType(typeof(TEvent));
        return this;
    }

    public void AddEventType(Type eventType) => MappingFor(eventType);

    public void AddEventTypes(IEnumerable<Type> types)
    {
        foreach (var type in types)
        {
            AddEventType(type);
        }
    }

    public void MapEventType<TEvent>(string eventTypeName) where TEvent : class => MapEventType(typeof(TEvent), eventTypeName);

    public void MapEventType(Type eventType, string eventTypeName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(eventTypeName);
        if (_byType.TryRemove(eventType, out var former))
        {
            _byAlias.TryRemove(new KeyValuePair<string, EventMapping>(former.Alias, former));
        }

        Register(EventMapping.For(eventType, eventTypeName));
    }

    public void AddMaskingRuleForProtectedInformation<T>(Action<T> action) where T : notnull
    {
        ArgumentNullException.ThrowIfNull(action);
        _maskers.Add(e =>
        {
            if (e is not IEvent<T> matching)
            {
                return false;
            }

            action(matching.Data);
            return true;
        });
    }

    public void AddMaskingRuleForProtectedInformation<T>(Func<T, T> func) where T : notnull
    {
        ArgumentNullException.ThrowIfNull(func);
        _maskers.Add(e =>
        {
            if (e is not Event<T> matching)
            {
                return false;
            }

            matching.Data = func(matching.Data);
            return true;
        });
    }

    /// <summary>Applies every rule that there is for the event.</summary>
    /// <returns>Whether there is one.</returns>
    public bool TryMask(IEvent e) => _maskers.Aggregate(false, (masked, rule) => rule(e) | masked);

    public IEventStoreOptions Upcast<TOldEvent, TEvent>(string eventTypeName, Func<TOldEvent, TEvent> upcast)
        where TOldEvent : class where TEvent : class
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(eventTypeName);
        ArgumentNullException.ThrowIfNull(upcast);
        _upcasts[eventTypeName] = EventMapping.Upcasting(eventTypeName, upcast);
        return this;
    }

    /// <summary>The names under which events of these types are stored, now or formerly.</summary>
    public IEnumerable<string> AliasesOf(IReadOnlyCollection<Type> types) =>
        types.Select(t => MappingFor(t).Alias).Concat(_upcasts.Values.Where(u => types.Contains(u.EventType)).Select(u => u.Alias));

    public EventMapping MappingFor(Type type) =>
        _byType.TryGetValue(type, out var mapping) ? mapping : Register(EventMapping.For(type, EventNames.AliasOf(type)));

    /// <summary>Finds the type of a stored event: by its alias, else by the .NET type that wrote it.</summary>
    public bool TryFind(string alias, string? dotNetType, [NotNullWhen(true)] out EventMapping? mapping)
    {
        if (_upcasts.TryGetValue(alias, out mapping) || _byAlias.TryGetValue(alias, out mapping))
        {
            return true;
        }

        mapping = dotNetType is null ? null : _byDotNetType.GetOrAdd(dotNetType, static (name, alias) =>
            Type.GetType(name) is { } type ? EventMapping.For(type, alias) : null, alias);
        return mapping is not null;
    }

    public IEvent Wrap(object data)
    {
        if (data is IEvent wrapped)
        {
            var known = MappingFor(wrapped.EventType);
            wrapped.EventTypeName = known.Alias;
            wrapped.DotNetTypeName = known.DotNetTypeName;
            return wrapped;
        }

        var mapping = MappingFor(data.GetType());
        return mapping.Wrap(data);
    }

    private EventMapping Register(EventMapping mapping)
    {
        if (_byAlias.GetOrAdd(mapping.Alias, mapping) is var other && other.EventType != mapping.EventType)
        {
            throw new InvalidOperationException(
                $"Both {other.EventType} and {mapping.EventType} are stored as '{mapping.Alias}'. Name one with Events.MapEventType.");
        }

        return _byType.GetOrAdd(mapping.EventType, mapping);
    }
}
