using System.Reflection;
using System.Text.Json;
using JasperFx.Events;

namespace Marten.Events;

/// <summary>One event type: its stored names, and how to wrap one that is new or read.</summary>
internal sealed class EventMapping
{
    private readonly Func<object, IEvent> _wrap;
    private readonly Func<byte[], JsonSerializerOptions, IEvent> _read;

    private EventMapping(Type type, string alias, Func<object, IEvent> wrap, Func<byte[], JsonSerializerOptions, IEvent> read)
    {
        EventType = type;
        Alias = alias;
        DotNetTypeName = EventNames.DotNetNameOf(type);
        _wrap = wrap;
        _read = read;
    }

    public Type EventType { get; }

    public string Alias { get; }

    public string DotNetTypeName { get; }

    public static EventMapping For(Type type, string alias) =>
        (EventMapping)typeof(EventMapping).GetMethod(nameof(Build), BindingFlags.Static | BindingFlags.NonPublic)!
            .MakeGenericMethod(type).Invoke(null, [alias])!;

    public IEvent Wrap(object data) => Named(_wrap(data));

    public IEvent Read(byte[] json, JsonSerializerOptions options) => Named(_read(json, options));

    /// <summary>For events that are stored as one type and shown as another.</summary>
    public static EventMapping Upcasting<TOld, T>(string alias, Func<TOld, T> upcast) where TOld : notnull where T : notnull =>
        new(typeof(T), alias, data => new Event<T>((T)data), (json, options) => new UpcastEvent<TOld, T>(json, options, upcast));

    private static EventMapping Build<T>(string alias) where T : notnull =>
        new(typeof(T), alias, data => new Event<T>((T)data), (json, options) => new Event<T>(json, options));

    private IEvent Named(IEvent e)
    {
        e.EventTypeName = Alias;
        e.DotNetTypeName = DotNetTypeName;
        return e;
    }
}
