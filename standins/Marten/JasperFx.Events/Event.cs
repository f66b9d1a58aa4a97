using System.Text.Json;

namespace JasperFx.Events;

/// <summary>An event of type <typeparamref name="T"/>, new or read from the store.</summary>
public class Event<T> : IEvent<T> where T : notnull
{
    private T? _data;
    private byte[]? _json;
    private readonly JsonSerializerOptions? _options;

    public Event(T data) => _data = data;

    /// <summary>Keeps the stored JSON, so that a reader who never looks at the data does not pay for it.</summary>
    internal Event(byte[] json, JsonSerializerOptions options)
    {
        _json = json;
        _options = options;
    }

    public T Data
    {
        get
        {
            if (_json is { } json)
            {
                _data = Read(json, _options!);
                _json = null;
            }

            return _data!;
        }
        set
        {
            _data = value;
            _json = null;
        }
    }

    object IEvent.Data => Data;

    public Guid Id { get; set; }

    public long Version { get; set; }

    public long Sequence { get; set; }

    public Guid StreamId { get; set; }

    public string? StreamKey { get; set; }

    public DateTimeOffset Timestamp { get; set; }

    public string TenantId { get; set; } = StorageConstants.DefaultTenantId;

    public Type EventType => typeof(T);

    public string EventTypeName { get; set; } = "";

    public string DotNetTypeName { get; set; } = "";

    public string? CausationId { get; set; }

    public string? CorrelationId { get; set; }

    public Dictionary<string, object>? Headers { get; set; }

    public bool IsArchived { get; set; }

    public string? AggregateTypeName { get; set; }

    public string? UserName { get; set; }

    public void SetHeader(string key, object value) => (Headers ??= [])[key] = value;

    public object? GetHeader(string key) => Headers?.GetValueOrDefault(key);

    private protected virtual T Read(byte[] json, JsonSerializerOptions options) => Parse<T>(json, options);

    private protected TStored Parse<TStored>(byte[] json, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize<TStored>(json, options)
        ?? throw new JsonException($"The stored event {Sequence} of type '{EventTypeName}' is null.");
}

/// <summary>An event that was stored as an older type.</summary>
internal sealed class UpcastEvent<TOld, T>(byte[] json, JsonSerializerOptions options, Func<TOld, T> upcast) : Event<T>(json, options)
    where TOld : notnull where T : notnull
{
    private protected override T Read(byte[] json, JsonSerializerOptions options) => upcast(Parse<TOld>(json, options));
}
