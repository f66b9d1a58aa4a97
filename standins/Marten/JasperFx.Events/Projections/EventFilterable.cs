namespace JasperFx.Events.Projections;

/// <summary>Which events are read at all.</summary>
public interface IEventFilterable
{
    /// <summary>Only events of the included types; all if none is included.</summary>
    void IncludeType<T>();

    /// <inheritdoc cref="IncludeType{T}"/>
    void IncludeType(Type type);

    /// <summary>Whether the events of archived streams are read, too.</summary>
    bool IncludeArchivedEvents { get; set; }
}

/// <summary>Which events are read at all.</summary>
public class EventFilterable : IEventFilterable
{
    public List<Type> IncludedEventTypes { get; } = [];

    public bool IncludeArchivedEvents { get; set; }

    public void IncludeType<T>() => IncludeType(typeof(T));

    public void IncludeType(Type type) => IncludedEventTypes.Add(type);
}
