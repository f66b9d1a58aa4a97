using System.Linq.Expressions;
using System.Text.Json;
using JasperFx;
using JasperFx.Events;
using JasperFx.Events.Protected;

namespace Marten.Events;

/// <summary>Gathers what is to be masked, and rewrites it.</summary>
internal sealed class EventDataMasking(DocumentStore store) : IEventDataMasking
{
    private readonly List<Func<IDocumentSession, CancellationToken, Task<IReadOnlyList<IEvent>>>> _sources = [];
    private readonly Dictionary<string, object> _headers = [];
    private string _tenant = StorageConstants.DefaultTenantId;

    public IEventDataMasking ForTenant(string tenantId)
    {
        _tenant = tenantId;
        return this;
    }

    public IEventDataMasking IncludeStream(Guid streamId) => Include((session, ct) => session.Events.FetchStreamAsync(streamId, token: ct));

    public IEventDataMasking IncludeStream(string streamKey) => Include((session, ct) => session.Events.FetchStreamAsync(streamKey, token: ct));

    public IEventDataMasking IncludeStream(Guid streamId, Func<IEvent, bool> filter) =>
        Include(async (session, ct) => [.. (await session.Events.FetchStreamAsync(streamId, token: ct).ConfigureAwait(false)).Where(filter)]);

    public IEventDataMasking IncludeStream(string streamKey, Func<IEvent, bool> filter) =>
        Include(async (session, ct) => [.. (await session.Events.FetchStreamAsync(streamKey, token: ct).ConfigureAwait(false)).Where(filter)]);

    public IEventDataMasking IncludeEvents(Expression<Func<IEvent, bool>> filter) =>
        throw NotInTheSubset.Member("masking by a LINQ expression over all events");

    public IEventDataMasking AddHeader(string key, object value)
    {
        _headers[key] = value;
        return this;
    }

    public async Task ApplyAsync(CancellationToken token)
    {
        if (_sources.Count == 0)
        {
            throw new InvalidOperationException(
                "You need to specify at least one stream identity or event filter first as part of the Fluent Interface");
        }

        await using var session = store.LightweightSession(_tenant);
        foreach (var source in _sources)
        {
            foreach (var e in await source(session, token).ConfigureAwait(false))
            {
                if (store.Options.EventGraph.TryMask(e))
                {
                    Overwrite(session, e);
                }
            }
        }

        await session.SaveChangesAsync(token).ConfigureAwait(false);
    }

    private EventDataMasking Include(Func<IDocumentSession, CancellationToken, Task<IReadOnlyList<IEvent>>> source)
    {
        _sources.Add(source);
        return this;
    }

    private void Overwrite(IDocumentSession session, IEvent e)
    {
        // An event of an older type is written back as what it was shown as, so under that type's name.
        var mapping = store.Options.EventGraph.MappingFor(e.EventType);
        var data = JsonSerializer.Serialize(e.Data, e.EventType, store.Options.Json);
        if (!store.Options.EventGraph.MetadataConfig.HeadersEnabled)
        {
            session.QueueSqlCommand($"update {store.Schema.Events} set data = ?::jsonb, type = ?, mt_dotnet_type = ? where seq_id = ?",
                data, mapping.Alias, mapping.DotNetTypeName, e.Sequence);
            return;
        }

        foreach (var (key, value) in _headers)
        {
            e.SetHeader(key, value);
        }

        session.QueueSqlCommand($"update {store.Schema.Events} set data = ?::jsonb, type = ?, mt_dotnet_type = ?, headers = ?::jsonb where seq_id = ?",
            data, mapping.Alias, mapping.DotNetTypeName, JsonSerializer.Serialize(e.Headers, store.Options.Json), e.Sequence);
    }
}
