using JasperFx.Events;
using JasperFx.Events.Projections;
using JasperFx.MultiTenancy;
using QrPlatform.Testing;

namespace QrPlatform.Marten.Tests;

/// <summary>
/// Every table that the store makes, as real Marten 9 makes it: columns with type, nullability and default in their order, constraints,
/// indexes, and whose sequence it is, compared as a whole, so that nothing may be there in addition either.
/// </summary>
public sealed class SchemaCatalogTests
{
    [Theory]
    [InlineData(TenancyStyle.Single, StreamIdentity.AsGuid)]
    [InlineData(TenancyStyle.Single, StreamIdentity.AsString)]
    [InlineData(TenancyStyle.Conjoined, StreamIdentity.AsGuid)]
    [InlineData(TenancyStyle.Conjoined, StreamIdentity.AsString)]
    public async Task Events_are_kept_in_Martens_tables(TenancyStyle tenancy, StreamIdentity identity) =>
        await ExpectAsync(Defaults(tenancy, identity), _ => { }, tenancy, identity);

    [Fact]
    public async Task Enabled_metadata_and_indexes_have_Martens_columns_and_names()
    {
        var expected = Defaults(TenancyStyle.Conjoined, StreamIdentity.AsString);
        var before = expected.IndexOf("mt_events | column | is_archived | boolean | YES | false");
        expected.InsertRange(before,
        [
            "mt_events | column | correlation_id | character varying | YES | -",
            "mt_events | column | causation_id | character varying | YES | -",
            "mt_events | column | headers | jsonb | YES | -",
            "mt_events | column | user_name | character varying | YES | -",
        ]);
        expected.AddRange(
        [
            "mt_events | index | idx_mt_events_event_id | CREATE UNIQUE INDEX idx_mt_events_event_id ON s.mt_events USING btree (id)",
            "mt_events | index | idx_mt_events_event_type_seq_id | CREATE INDEX idx_mt_events_event_type_seq_id ON s.mt_events USING btree (type, seq_id)",
        ]);
        await ExpectAsync(expected, options =>
        {
            options.Events.MetadataConfig.EnableAll();
            options.Events.EnableUniqueIndexOnEventId = true;
            options.Events.EnableEventTypeIndex = true;
        }, TenancyStyle.Conjoined, StreamIdentity.AsString);
    }

    [Fact]
    public async Task Documents_have_Martens_tables_with_a_revision_where_a_projection_owns_them()
    {
        var expected = Defaults(TenancyStyle.Conjoined, StreamIdentity.AsString);
        expected.AddRange(
        [
            .. Document("mt_doc_note", "character varying", conjoined: true, projected: false),
            .. Document("mt_doc_keptaccount", "character varying", conjoined: true, projected: true),
            .. Document("mt_doc_currencytotal", "integer", conjoined: true, projected: true),
            .. Document("mt_doc_turnover", "character varying", conjoined: true, projected: true),
        ]);
        await ExpectAsync(expected, options =>
        {
            options.Policies.AllDocumentsAreMultiTenanted();
            options.Projections.Add<KeptAccountProjection>(ProjectionLifecycle.Inline);
            options.Projections.Add<CurrencyTotalProjection>(ProjectionLifecycle.Async);
            options.Projections.Snapshot<Turnover>(SnapshotLifecycle.Async);
        }, TenancyStyle.Conjoined, StreamIdentity.AsString, session => session.Store(new Note("n", "text")));
    }

    [Fact]
    public async Task Documents_of_one_tenant_have_their_id_for_a_key()
    {
        var expected = Defaults(TenancyStyle.Single, StreamIdentity.AsString);
        expected.AddRange(
        [
            .. Document("mt_doc_keptaccount", "character varying", conjoined: false, projected: true),
            .. Document("mt_doc_unnamed", "uuid", conjoined: false, projected: false),
            .. Document("mt_doc_counted", "bigint", conjoined: false, projected: false),
        ]);
        await ExpectAsync(
            expected, options => options.Projections.Add<KeptAccountProjection>(ProjectionLifecycle.Inline), TenancyStyle.Single, StreamIdentity.AsString,
            session =>
            {
                session.Store(new Unnamed());
                session.Store(new Counted { Id = 1 });
            });
    }

    private static List<string> Defaults(TenancyStyle tenancy, StreamIdentity identity)
    {
        var conjoined = tenancy == TenancyStyle.Conjoined;
        var id = identity == StreamIdentity.AsString ? "character varying" : "uuid";
        var tenant = "'*DEFAULT*'::character varying";
        string[] streams =
        [
            $"id | {id} | NO | -", "type | character varying | YES | -", "version | bigint | YES | -",
            "timestamp | timestamp with time zone | NO | now()", "created | timestamp with time zone | NO | now()",
        ];
        return
        [
            .. Columns("mt_streams", conjoined
                ? [$"tenant_id | character varying | NO | {tenant}", .. streams, "is_archived | boolean | YES | false"]
                : [.. streams, $"tenant_id | character varying | YES | {tenant}", "is_archived | boolean | YES | false"]),
            .. Columns("mt_events",
                "seq_id | bigint | NO | -", "id | uuid | NO | -", $"stream_id | {id} | YES | -", "version | bigint | NO | -", "data | jsonb | NO | -",
                "bdata | bytea | YES | -", "type | character varying(500) | NO | -", "timestamp | timestamp with time zone | NO | now()",
                $"tenant_id | character varying | YES | {tenant}", "mt_dotnet_type | character varying | YES | -", "is_archived | boolean | YES | false"),
            .. Columns("mt_event_progression",
                "name | character varying | NO | -", "last_seq_id | bigint | YES | -", "last_updated | timestamp with time zone | YES | transaction_timestamp()"),
            .. Columns("mt_high_water_skips",
                "ending_sequence | bigint | NO | -", "starting_sequence | bigint | NO | -", "timestamp | timestamp with time zone | YES | transaction_timestamp()"),
            .. Key("mt_streams", conjoined ? "pkey_mt_streams_tenant_id_id" : "pkey_mt_streams_id", conjoined ? "tenant_id, id" : "id"),
            .. Key("mt_events", "pkey_mt_events_seq_id", "seq_id"),
            .. Key("mt_event_progression", "pk_mt_event_progression", "name"),
            .. Key("mt_high_water_skips", "pkey_mt_high_water_skips_ending_sequence", "ending_sequence"),
            conjoined
                ? "mt_events | constraint | fkey_mt_events_stream_id_tenant_id | FOREIGN KEY (tenant_id, stream_id) REFERENCES s.mt_streams(tenant_id, id)"
                : "mt_events | constraint | fkey_mt_events_stream_id | FOREIGN KEY (stream_id) REFERENCES s.mt_streams(id) ON DELETE CASCADE",
            $"mt_events | index | pk_mt_events_stream_and_version | CREATE UNIQUE INDEX pk_mt_events_stream_and_version ON s.mt_events USING btree ({(conjoined ? "tenant_id, " : "")}stream_id, version)",
            "mt_events_sequence | sequence | bigint 1 1 | owned by s.mt_events.seq_id",
        ];
    }

    private static IEnumerable<string> Document(string table, string id, bool conjoined, bool projected)
    {
        string[] tenant = conjoined ? ["tenant_id | character varying | NO | '*DEFAULT*'::character varying"] : [];
        string[] uuid = projected ? [] : ["mt_version | uuid | NO | (md5(((random())::text || (clock_timestamp())::text)))::uuid"];
        string[] revision = projected ? ["mt_version | bigint | NO | 0"] : [];
        return
        [
            .. Columns(table,
            [
                .. tenant, $"id | {id} | NO | -", "data | jsonb | NO | -", "mt_last_modified | timestamp with time zone | YES | transaction_timestamp()",
                .. uuid, "mt_dotnet_type | character varying | YES | -", .. revision,
            ]),
            .. Key(table, conjoined ? $"pkey_{table}_tenant_id_id" : $"pkey_{table}_id", conjoined ? "tenant_id, id" : "id"),
        ];
    }

    private static IEnumerable<string> Columns(string table, params string[] columns) => columns.Select(c => $"{table} | column | {c}");

    private static IEnumerable<string> Key(string table, string name, string columns) =>
    [
        $"{table} | constraint | {name} | PRIMARY KEY ({columns})",
        $"{table} | index | {name} | CREATE UNIQUE INDEX {name} ON s.{table} USING btree ({columns})",
    ];

    private static async Task ExpectAsync(
        List<string> expected, Action<StoreOptions> more, TenancyStyle tenancy, StreamIdentity identity, Action<IDocumentSession>? write = null)
    {
        var database = new StoreDatabase(await TestServers.CreateDatabaseAsync());
        await using var source = database.Database;
        await using var store = DocumentStore.For(options =>
        {
            options.Connection(source);
            options.DatabaseSchemaName = options.Events.DatabaseSchemaName = "s";
            options.Events.TenancyStyle = tenancy;
            options.Events.StreamIdentity = identity;
            more(options);
        });
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        if (write is not null)
        {
            await using var session = store.LightweightSession("t");
            write(session);
            await session.SaveChangesAsync();
        }

        // Columns in their order, the rest by name. Not compared: functions, and the table of dead letters, which the stand-in has not.
        var found = await database.RowsAsync("""
            select c.relname, 'column', a.attname, format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'NO' else 'YES' end,
                   coalesce(pg_get_expr(d.adbin, d.adrelid), '-')
            from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                 left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
            where c.relnamespace = 's'::regnamespace and c.relkind = 'r' and c.relname <> 'mt_doc_deadletterevent' order by c.relname, a.attnum
            """);
        found.AddRange(await database.RowsAsync("""
            select c.relname, 'constraint', k.conname, pg_get_constraintdef(k.oid) from pg_constraint k join pg_class c on c.oid = k.conrelid
            where c.relnamespace = 's'::regnamespace and k.contype <> 'n' and c.relname <> 'mt_doc_deadletterevent'
            """));
        found.AddRange(await database.RowsAsync("select tablename, 'index', indexname, indexdef from pg_indexes where schemaname = 's' and tablename <> 'mt_doc_deadletterevent'"));
        found.AddRange(await database.RowsAsync("""
            select c.relname, 'sequence', format('%s %s %s', format_type(q.seqtypid, null), q.seqstart, q.seqincrement),
                   'owned by ' || coalesce(t.relnamespace::regnamespace || '.' || t.relname || '.' || a.attname, 'nobody')
            from pg_sequence q join pg_class c on c.oid = q.seqrelid
                 left join pg_depend o on o.objid = c.oid and o.deptype = 'a' and o.classid = 'pg_class'::regclass
                 left join pg_class t on t.oid = o.refobjid left join pg_attribute a on a.attrelid = t.oid and a.attnum = o.refobjsubid
            where c.relnamespace = 's'::regnamespace
            """));
        Assert.Equal(Sorted(expected), Sorted(found));
    }

    /// <summary>By table and kind; columns stay in their order.</summary>
    private static IEnumerable<string> Sorted(IEnumerable<string> rows) =>
        rows.Select(r => (Row: r, Parts: r.Split(" | ")))
            .OrderBy(r => r.Parts[0], StringComparer.Ordinal).ThenBy(r => r.Parts[1], StringComparer.Ordinal)
            .ThenBy(r => r.Parts[1] == "column" ? "" : r.Row, StringComparer.Ordinal).Select(r => r.Row);
}
