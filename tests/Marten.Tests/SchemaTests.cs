namespace QrPlatform.Marten.Tests;

/// <summary>The tables that real Marten 9 makes, so that it finds its own when it opens the database.</summary>
public sealed class SchemaTests(StoreDatabase store) : IClassFixture<StoreDatabase>
{
    [Theory]
    [InlineData("mt_streams", """
        tenant_id | character varying | NO | '*DEFAULT*'::character varying
        id | character varying | NO | -
        type | character varying | YES | -
        version | bigint | YES | -
        timestamp | timestamp with time zone | NO | now()
        created | timestamp with time zone | NO | now()
        is_archived | boolean | YES | false
        """)]
    [InlineData("mt_events", """
        seq_id | bigint | NO | -
        id | uuid | NO | -
        stream_id | character varying | YES | -
        version | bigint | NO | -
        data | jsonb | NO | -
        bdata | bytea | YES | -
        type | character varying(500) | NO | -
        timestamp | timestamp with time zone | NO | now()
        tenant_id | character varying | YES | '*DEFAULT*'::character varying
        mt_dotnet_type | character varying | YES | -
        is_archived | boolean | YES | false
        """)]
    [InlineData("mt_event_progression", """
        name | character varying | NO | -
        last_seq_id | bigint | YES | -
        last_updated | timestamp with time zone | YES | transaction_timestamp()
        """)]
    [InlineData("mt_high_water_skips", """
        ending_sequence | bigint | NO | -
        starting_sequence | bigint | NO | -
        timestamp | timestamp with time zone | YES | transaction_timestamp()
        """)]
    public async Task A_table_has_Martens_columns_in_order(string table, string columns)
    {
        var rows = await store.RowsAsync($"""
            select a.attname, format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'NO' else 'YES' end,
                   coalesce(pg_get_expr(d.adbin, d.adrelid), '-')
            from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
            where a.attrelid = 'events.{table}'::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum
            """);
        Assert.Equal(columns.ReplaceLineEndings("\n"), string.Join("\n", rows));
    }

    [Fact]
    public async Task Constraints_have_the_names_that_exceptions_are_told_by()
    {
        var rows = await store.RowsAsync("""
            select c.relname, k.conname, pg_get_constraintdef(k.oid)
            from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'events' and c.relname like 'mt\_%' and k.contype in ('p', 'f', 'u') order by 1, 2
            """);
        Assert.Equal(
            [
                "mt_event_progression | pk_mt_event_progression | PRIMARY KEY (name)",
                "mt_events | fkey_mt_events_stream_id_tenant_id | FOREIGN KEY (tenant_id, stream_id) REFERENCES events.mt_streams(tenant_id, id)",
                "mt_events | pkey_mt_events_seq_id | PRIMARY KEY (seq_id)",
                "mt_high_water_skips | pkey_mt_high_water_skips_ending_sequence | PRIMARY KEY (ending_sequence)",
                "mt_streams | pkey_mt_streams_tenant_id_id | PRIMARY KEY (tenant_id, id)",
            ],
            rows);
    }

    [Fact]
    public async Task Events_have_the_unique_index_and_no_other()
    {
        var rows = await store.RowsAsync("select indexdef from pg_indexes where schemaname = 'events' and tablename = 'mt_events' order by indexname");
        Assert.Equal(
            [
                "CREATE UNIQUE INDEX pk_mt_events_stream_and_version ON events.mt_events USING btree (tenant_id, stream_id, version)",
                "CREATE UNIQUE INDEX pkey_mt_events_seq_id ON events.mt_events USING btree (seq_id)",
            ],
            rows);
    }

    [Fact]
    public async Task The_sequence_belongs_to_the_events_and_is_no_default() =>
        Assert.Equal("events.mt_events_sequence", await store.ScalarAsync<string>("select pg_get_serial_sequence('events.mt_events', 'seq_id')"));

    [Fact]
    public async Task Applying_the_schema_again_or_from_several_processes_changes_nothing()
    {
        await store.AppendAsync("schema", "kept", new Opened("Ann"));
        await using var other = store.NewStore();
        await Task.WhenAll(
            store.Store.Storage.ApplyAllConfiguredChangesToDatabaseAsync(), other.Storage.ApplyAllConfiguredChangesToDatabaseAsync());
        Assert.Single(await store.StreamAsync("schema", "kept"));
    }

    [Fact]
    public async Task Guid_streams_of_one_tenant_have_Martens_keys_too()
    {
        await using var guids = DocumentStore.For(options =>
        {
            options.Connection(store.Database);
            options.DatabaseSchemaName = "guids";
        });
        await guids.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        var stream = Guid.NewGuid();
        await using var session = guids.LightweightSession();
        session.Events.StartStream(stream, new Opened("Ann"));
        await session.SaveChangesAsync();

        var stored = Assert.Single(await session.Events.FetchStreamAsync(stream));
        Assert.Equal(stream, stored.StreamId);
        Assert.Equal("opened", stored.EventTypeName);
        Assert.Equal(
            [
                "FOREIGN KEY (stream_id) REFERENCES guids.mt_streams(id) ON DELETE CASCADE",
                "PRIMARY KEY (id)",
            ],
            await store.RowsAsync("select pg_get_constraintdef(oid) from pg_constraint where conname in ('fkey_mt_events_stream_id', 'pkey_mt_streams_id') order by 1"));
    }

    [Fact]
    public async Task Metadata_is_stored_where_it_is_enabled()
    {
        await using var rich = DocumentStore.For(options =>
        {
            store.Configure(options);
            options.DatabaseSchemaName = options.Events.DatabaseSchemaName = "rich";
            options.Events.MetadataConfig.HeadersEnabled = true;
            options.Events.MetadataConfig.CausationIdEnabled = true;
            options.Events.MetadataConfig.CorrelationIdEnabled = true;
        });
        await using var session = rich.LightweightSession("t");
        session.CorrelationId = "the request";
        session.CausationId = "the message";
        session.SetHeader("by", "Ann");
        session.Events.Append("a", new Opened("Ann"));
        await session.SaveChangesAsync();

        var stored = Assert.Single(await session.Events.FetchStreamAsync("a"));
        Assert.Equal(("the request", "the message", "Ann"), (stored.CorrelationId, stored.CausationId, stored.GetHeader("by")?.ToString()));
    }
}
