using System.Linq.Expressions;

namespace JasperFx.Events.Protected;

/// <summary>Says which stored events are to be masked by the store's masking rules.</summary>
public interface IEventDataMasking
{
    /// <summary>The tenant whose streams are meant; without it the default tenant.</summary>
    IEventDataMasking ForTenant(string tenantId);

    IEventDataMasking IncludeStream(Guid streamId);

    IEventDataMasking IncludeStream(string streamKey);

    /// <summary>Those events of the stream that the filter lets through.</summary>
    IEventDataMasking IncludeStream(Guid streamId, Func<IEvent, bool> filter);

    /// <inheritdoc cref="IncludeStream(Guid, Func{IEvent, bool})"/>
    IEventDataMasking IncludeStream(string streamKey, Func<IEvent, bool> filter);

    /// <summary>Not in the stand-in: it is a LINQ query over all events.</summary>
    IEventDataMasking IncludeEvents(Expression<Func<IEvent, bool>> filter);

    /// <summary>Notes on every masked event, if headers are enabled, that and why it was masked.</summary>
    IEventDataMasking AddHeader(string key, object value);
}
