namespace JasperFx.Events;

/// <summary>An event with its place in its stream and in the store.</summary>
public interface IEvent
{
    Guid Id { get; set; }

    /// <summary>Place in the stream, from 1 without holes.</summary>
    long Version { get; set; }

    /// <summary>Place in the store: rising, with holes where appends were rolled back.</summary>
    long Sequence { get; set; }

    /// <summary>The event itself. The stand-in reads it from its JSON when it is first asked for.</summary>
    object Data { get; }

    Guid StreamId { get; set; }

    string? StreamKey { get; set; }

    DateTimeOffset Timestamp { get; set; }

    string TenantId { get; set; }

    Type EventType { get; }

    /// <summary>The alias that is stored, <c>mt_events.type</c>.</summary>
    string EventTypeName { get; set; }

    string DotNetTypeName { get; set; }

    string? CausationId { get; set; }

    string? CorrelationId { get; set; }

    Dictionary<string, object>? Headers { get; set; }

    bool IsArchived { get; set; }

    string? AggregateTypeName { get; set; }

    string? UserName { get; set; }

    void SetHeader(string key, object value);

    object? GetHeader(string key);
}

/// <summary>An event whose type is known.</summary>
public interface IEvent<out T> : IEvent where T : notnull
{
    new T Data { get; }
}
