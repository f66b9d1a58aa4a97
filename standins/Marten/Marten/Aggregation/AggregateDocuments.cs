using System.Text.Json;
using JasperFx;
using JasperFx.Events;
using Marten.Documents;
using Npgsql;
using NpgsqlTypes;

namespace Marten.Aggregation;

/// <summary>Loads the documents that a page of events belongs to, applies the events, and writes them with one statement.</summary>
internal sealed class AggregateDocuments<TDoc, TId>(AggregateTarget target, bool isMultiStream, Func<TDoc?, TId, IEvent, TDoc?> evolve)
    where TDoc : notnull where TId : notnull
{
    private readonly DocumentMapping _mapping = target.Store.Options.Documents.For<TDoc>();
    private readonly JsonSerializerOptions _json = target.Store.Options.Json;

    public async Task ApplyAsync(IReadOnlyList<IEvent> events, Func<IEvent, IEnumerable<TId>> idsOf, CancellationToken ct)
    {
        var slices = Slice(events, idsOf);
        if (slices.Count == 0)
        {
            return;
        }

        if (target.IsInline && isMultiStream)
        {
            // A single stream's row is locked by the append; documents of several streams have nothing that is.
            await LockAsync(slices.Keys, ct).ConfigureAwait(false);
        }

        var found = await LoadAsync([.. slices.Keys], ct).ConfigureAwait(false);
        var stored = new List<Stored>(slices.Count);
        var deleted = new List<Key>();
        foreach (var (key, slice) in slices)
        {
            var existed = found.TryGetValue(key, out var document);
            foreach (var e in slice)
            {
                document = evolve(document, key.Id, e);
            }

            if (document is not null)
            {
                stored.Add(Finish(key, document, slice[^1]));
            }
            else if (existed)
            {
                deleted.Add(key);
            }
        }

        await WriteAsync(stored, deleted, ct).ConfigureAwait(false);
    }

    private Dictionary<Key, List<IEvent>> Slice(IReadOnlyList<IEvent> events, Func<IEvent, IEnumerable<TId>> idsOf)
    {
        var slices = new Dictionary<Key, List<IEvent>>();
        foreach (var e in events)
        {
            foreach (var id in idsOf(e))
            {
                var key = new Key(_mapping.Conjoined ? e.TenantId : StorageConstants.DefaultTenantId, id);
                if (!slices.TryGetValue(key, out var slice))
                {
                    slices.Add(key, slice = []);
                }

                // Several rules may lead an event to one document; it happened once.
                if (slice.Count == 0 || !ReferenceEquals(slice[^1], e))
                {
                    slice.Add(e);
                }
            }
        }

        return slices;
    }

    private Stored Finish(Key key, TDoc document, IEvent last)
    {
        var version = isMultiStream ? last.Sequence : last.Version;
        _mapping.Members.Identify(document, key.Id);
        _mapping.Members.SetVersion(document, version);
        return new Stored(key, JsonSerializer.SerializeToUtf8Bytes(document, _json), version);
    }

    private async Task LockAsync(IEnumerable<Key> keys, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select pg_advisory_xact_lock(h) from (select distinct hashtextextended(name, 0) as h from unnest($1) as k (name) order by h) as sorted",
            target.Connection, target.Transaction);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. keys.Select(k => $"{_mapping.Table}|{k.Tenant}|{k.Id}")] });
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    private async Task<Dictionary<Key, TDoc>> LoadAsync(Key[] keys, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(_mapping.LoadManyStatement(), target.Connection, target.Transaction);
        AddKeys(command.Parameters, keys);
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var found = new Dictionary<Key, TDoc>(keys.Length);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            var tenant = _mapping.Conjoined ? reader.GetString(2) : StorageConstants.DefaultTenantId;
            found.Add(new Key(tenant, reader.GetFieldValue<TId>(0)), JsonSerializer.Deserialize<TDoc>(reader.GetFieldValue<byte[]>(1), target.Store.Options.JsonReading)!);
        }

        return found;
    }

    private async Task WriteAsync(List<Stored> stored, List<Key> deleted, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(target.Connection, target.Transaction);
        if (stored.Count > 0)
        {
            batch.BatchCommands.Add(Upsert(stored));
        }

        if (deleted.Count > 0)
        {
            var delete = new NpgsqlBatchCommand(_mapping.DeleteManyStatement());
            AddKeys(delete.Parameters, [.. deleted]);
            batch.BatchCommands.Add(delete);
        }

        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }
    }

    private NpgsqlBatchCommand Upsert(List<Stored> stored)
    {
        var upsert = new NpgsqlBatchCommand(_mapping.UpsertManyStatement());
        upsert.Parameters.Add(Array(stored.Select(s => s.Key.Id).ToArray(), _mapping.IdDbType));
        upsert.Parameters.Add(Array(stored.Select(s => s.Json).ToArray(), NpgsqlDbType.Jsonb));
        upsert.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = typeof(TDoc).FullName });
        upsert.Parameters.Add(Array(stored.Select(s => s.Version).ToArray(), NpgsqlDbType.Bigint));
        if (_mapping.Conjoined)
        {
            upsert.Parameters.Add(Array(stored.Select(s => s.Key.Tenant).ToArray(), NpgsqlDbType.Varchar));
        }

        return upsert;
    }

    private void AddKeys(NpgsqlParameterCollection parameters, Key[] keys)
    {
        parameters.Add(Array(System.Array.ConvertAll(keys, k => k.Id), _mapping.IdDbType));
        if (_mapping.Conjoined)
        {
            parameters.Add(Array(System.Array.ConvertAll(keys, k => k.Tenant), NpgsqlDbType.Varchar));
        }
    }

    private static NpgsqlParameter Array<T>(T[] values, NpgsqlDbType type) => new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type };

    private readonly record struct Key(string Tenant, TId Id);

    private readonly record struct Stored(Key Key, byte[] Json, long Version);
}
