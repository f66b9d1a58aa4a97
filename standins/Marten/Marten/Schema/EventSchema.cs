using JasperFx;
using JasperFx.Events;
using JasperFx.MultiTenancy;
using Marten.Events;
using Npgsql;

namespace Marten.Schema;

/// <summary>The event store's tables: their names, and making them as Marten 9 does.</summary>
internal sealed class EventSchema(StoreOptions options)
{
    /// <summary>Serialises schema changes between processes; any number that nobody else uses.</summary>
    public const long MigrationLock = 7_204_119_662;

    private readonly SemaphoreSlim _once = new(1, 1);
    private volatile bool _ready;

    public string Name => options.EventGraph.DatabaseSchemaName;

    public string Streams => $"{Name}.mt_streams";

    public string Events => $"{Name}.mt_events";

    public string Sequence => $"{Name}.mt_events_sequence";

    public string Progression => $"{Name}.mt_event_progression";

    public string Skips => $"{Name}.mt_high_water_skips";

    private bool Conjoined => options.EventGraph.TenancyStyle == TenancyStyle.Conjoined;

    private string IdType => options.EventGraph.StreamIdentity == StreamIdentity.AsString ? "varchar" : "uuid";

    /// <summary>Makes what is missing, once per process, unless the store may not change the database.</summary>
    public async ValueTask EnsureAsync(CancellationToken ct)
    {
        if (_ready || options.AutoCreateSchemaObjects == AutoCreate.None)
        {
            return;
        }

        await ApplyAsync(options.AutoCreateSchemaObjects, ct).ConfigureAwait(false);
    }

    /// <summary>Has the next use check again, after the tables were dropped.</summary>
    public void Forget()
    {
        _ready = false;
        options.Documents.Forget();
    }

    /// <summary>All tables that the configuration asks for, those of projected documents included.</summary>
    public async Task ApplyAsync(AutoCreate mode, CancellationToken ct)
    {
        await ApplyEventsAsync(mode, ct).ConfigureAwait(false);
        await options.Documents.ApplyAsync(options.Projections.Projected.Select(a => options.Documents.For(a.DocumentType)), mode, ct)
            .ConfigureAwait(false);
    }

    private async Task ApplyEventsAsync(AutoCreate mode, CancellationToken ct)
    {
        if (mode == AutoCreate.None)
        {
            return;
        }

        await _once.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            await using var connection = await options.DataSource!.OpenConnectionAsync(ct).ConfigureAwait(false);
            if (await IsCurrentAsync(connection, ct).ConfigureAwait(false))
            {
                _ready = true;
                return;
            }

            await using var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
            await using var command = new NpgsqlCommand(
                $"""
                select pg_advisory_xact_lock({MigrationLock});
                set local client_min_messages = warning;
                {CreateStatements()}
                {(mode == AutoCreate.CreateOnly ? "" : AddColumnStatements())}
                """, connection, transaction);
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
            await transaction.CommitAsync(ct).ConfigureAwait(false);
            _ready = true;
        }
        finally
        {
            _once.Release();
        }
    }

    /// <summary>Everything of the store, in the order in which it can be dropped.</summary>
    public string DropStatements() =>
        $"""
        drop table if exists {Events} cascade;
        drop table if exists {Streams} cascade;
        drop table if exists {Progression} cascade;
        drop table if exists {Skips} cascade;
        drop sequence if exists {Sequence} cascade;
        do $$
        declare documents regclass;
        begin
            for documents in select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
                             where n.nspname = '{options.DatabaseSchemaName}' and c.relkind in ('r', 'p') and c.relname like 'mt\_doc\_%' loop
                execute format('drop table %s cascade', documents);
            end loop;
        end $$;
        """;

    /// <summary>
    /// Looks before it leaps: also a statement that finds its object there takes a lock that waits for every append under way, and
    /// has the next ones wait for it.
    /// </summary>
    private async Task<bool> IsCurrentAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var columns = OptionalColumns().Select(c => c.Name).ToArray();
        string?[] relations =
        [
            Streams, Events, Sequence, Progression, $"{Name}.pk_mt_events_stream_and_version",
            options.EventGraph.EnableAdvancedAsyncTracking ? Skips : Events,
            options.EventGraph.EnableUniqueIndexOnEventId ? $"{Name}.idx_mt_events_event_id" : Events,
            options.EventGraph.EnableEventTypeIndex ? $"{Name}.idx_mt_events_event_type_seq_id" : Events
        ];
        await using var command = new NpgsqlCommand(
            """
            select (select bool_and(to_regclass(name) is not null) from unnest($1) as r (name))
               and (select count(*) from pg_attribute where attrelid = to_regclass($2) and attname = any ($3)) = cardinality($3)
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<string?[]> { TypedValue = relations });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Events });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = columns });
        return await command.ExecuteScalarAsync(ct).ConfigureAwait(false) is true;
    }

    private string CreateStatements() =>
        $"""
        do $$ begin create schema if not exists {Name}; exception when unique_violation or duplicate_schema then null; end $$;
        create table if not exists {Streams} (
        {StreamColumns()}
        );
        create table if not exists {Events} (
            seq_id bigint not null,
            id uuid not null,
            stream_id {IdType} null,
            version bigint not null,
            data jsonb not null,
            bdata bytea null,
            type varchar(500) not null,
            timestamp timestamp with time zone not null default (now()),
            tenant_id varchar null default '*DEFAULT*',
            mt_dotnet_type varchar null,
        {string.Concat(OptionalColumns().Select(c => $"    {c.Name} {c.Type} null,\n"))}    is_archived bool null default FALSE,
            constraint pkey_mt_events_seq_id primary key (seq_id),
        {StreamReference()}
        );
        create unique index if not exists pk_mt_events_stream_and_version on {Events} using btree ({(Conjoined ? "tenant_id, " : "")}stream_id, version);
        {OptionalIndexes()}
        create sequence if not exists {Sequence};
        alter sequence {Sequence} owned by {Events}.seq_id;
        create table if not exists {Progression} (
            name varchar not null,
            last_seq_id bigint null,
            last_updated timestamp with time zone null default (transaction_timestamp()),
            constraint pk_mt_event_progression primary key (name)
        );
        {(options.EventGraph.EnableAdvancedAsyncTracking ? SkipsTable() : "")}
        """;

    private string StreamColumns()
    {
        var common = $"""
                type varchar null,
                version bigint null,
                timestamp timestamp with time zone not null default (now()),
                created timestamp with time zone not null default (now()),
            """;
        return Conjoined
            ? $"""
                tenant_id varchar not null default '*DEFAULT*',
                id {IdType} not null,
            {common}
                is_archived bool null default FALSE,
                constraint pkey_mt_streams_tenant_id_id primary key (tenant_id, id)
            """
            : $"""
                id {IdType} not null,
            {common}
                tenant_id varchar null default '*DEFAULT*',
                is_archived bool null default FALSE,
                constraint pkey_mt_streams_id primary key (id)
            """;
    }

    private string StreamReference() => Conjoined
        ? $"    constraint fkey_mt_events_stream_id_tenant_id foreign key (tenant_id, stream_id) references {Streams} (tenant_id, id)"
        : $"    constraint fkey_mt_events_stream_id foreign key (stream_id) references {Streams} (id) on delete cascade";

    private string SkipsTable() =>
        $"""
        create table if not exists {Skips} (
            ending_sequence bigint not null,
            starting_sequence bigint not null,
            timestamp timestamp with time zone null default (transaction_timestamp()),
            constraint pkey_mt_high_water_skips_ending_sequence primary key (ending_sequence)
        );
        """;

    private string OptionalIndexes() => string.Concat(
        options.EventGraph.EnableUniqueIndexOnEventId
            ? $"create unique index if not exists idx_mt_events_event_id on {Events} using btree (id);\n" : "",
        options.EventGraph.EnableEventTypeIndex
            ? $"create index if not exists idx_mt_events_event_type_seq_id on {Events} using btree (type, seq_id);\n" : "");

    private string AddColumnStatements() => string.Concat(
        OptionalColumns().Select(c => $"alter table {Events} add column if not exists {c.Name} {c.Type} null;\n"));

    private IEnumerable<(string Name, string Type)> OptionalColumns()
    {
        MetadataConfig metadata = options.EventGraph.MetadataConfig;
        if (metadata.CorrelationIdEnabled)
        {
            yield return ("correlation_id", "varchar");
        }

        if (metadata.CausationIdEnabled)
        {
            yield return ("causation_id", "varchar");
        }

        if (metadata.HeadersEnabled)
        {
            yield return ("headers", "jsonb");
        }

        if (metadata.UserNameEnabled)
        {
            yield return ("user_name", "varchar");
        }
    }
}
