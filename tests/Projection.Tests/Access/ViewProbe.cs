using Npgsql;

namespace QrPlatform.Projection.Tests.Access;

/// <summary>Reads every view that there is as somebody, and tells what that somebody should not have got.</summary>
internal sealed class ViewProbe(Log log)
{
    // What names the log's position grows with foreign events, too, and says nothing of them.
    private const string Positions = "change_seq|seq_id";

    /// <summary>Every relation in the published schemas, out of the database's catalogue.</summary>
    public async Task<IReadOnlyList<string>> RelationsAsync() => await log.ColumnAsync(
        """
        select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('bi', 'bi_query') and c.relkind in ('r', 'p', 'v', 'm', 'f') order by 1
        """);

    /// <summary>Relations without a row of the table, and rows without a relation.</summary>
    public async Task<IEnumerable<string>> UnknownAsync()
    {
        var relations = await RelationsAsync();
        return relations.Except(ViewTable.Rows.Keys).Select(name => $"{name} is published, and no row of ViewTable says who may see what of it.")
            .Concat(ViewTable.Rows.Keys.Except(relations).Select(name => $"ViewTable has a row for {name}, which is not there."));
    }

    /// <summary>Relations that do not leave it to the policies: not a view of bi_owner's, or over a table that does not force them.</summary>
    public Task<IReadOnlyList<string>> UnguardedAsync() => log.ColumnAsync(
        """
        select n.nspname || '.' || c.relname || ' is not a view that bi_owner owns'
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('bi', 'bi_query') and c.relkind in ('r', 'p', 'v', 'm', 'f') and not (c.relkind = 'v' and pg_get_userbyid(c.relowner) = 'bi_owner')
        union all
        select 'projection.' || c.relname || ' can be read by views, and does not force its policies'
        from pg_class c
        where c.relnamespace = 'projection'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and c.relname <> 'calendar'
          and has_table_privilege('bi_owner', c.oid, 'select') and not (c.relrowsecurity and c.relforcerowsecurity)
        union all
        select p.polrelid::regclass || ' has a policy that does not ask for the tenant' from pg_policy p
        where position('visible_tenant' in pg_get_expr(p.polqual, p.polrelid)) = 0
        """);

    /// <summary>Every row of every view as the reader sees it, without the positions.</summary>
    public async Task<Dictionary<string, IReadOnlyList<string>>> DumpAsync(Reader reader, bool isLimited)
    {
        var dump = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var view in await RelationsAsync())
        {
            if (!reader.MayRead(view)) continue;
            var row = isLimited ? ViewTable.Rows.GetValueOrDefault(view) : null;
            var without = string.Concat((row?.Shared ?? []).Concat(Positions.Split('|')).Select(column => $" - '{column}'"));
            dump[view] = await reader.ColumnAsync($"select (to_jsonb(v){without})::text from {view} v{(row?.Except is { } except ? $" where not ({except})" : "")} order by 1");
        }

        return dump;
    }

    /// <summary>What a condition of the reader's own, which fails on values that are not the reader's, gets to see before rows are left out.</summary>
    public async Task<IReadOnlyList<string>> LeaksAsync(Reader reader)
    {
        var leaks = new List<string>();
        foreach (var view in await RelationsAsync())
        {
            if (!reader.MayRead(view)) continue;
            foreach (var column in await log.ColumnAsync($"select a.attname::text from pg_attribute a where a.attrelid = '{view}'::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum"))
            {
                var own = await reader.ColumnAsync($"select distinct coalesce({column}::text, '') from {view}");
                try
                {
                    await reader.ColumnAsync(
                        $"select count(*)::text from {view} v where case when v.{column}::text = any ($1) then 1 else ('leak:' || v.{column}::text)::int end > 0",
                        (object)own.ToArray());
                }
                catch (PostgresException exception) when (exception.MessageText.Contains("leak:", StringComparison.Ordinal))
                {
                    leaks.Add($"{view}.{column}: {exception.MessageText}");
                }
            }
        }

        return leaks;
    }
}

/// <summary>Somebody who reads: a BI login, or a service on behalf of a user.</summary>
internal sealed class Reader(NpgsqlDataSource source, string? tenant, string? campaigns) : IAsyncDisposable
{
    public string Login { get; private init; } = "";

    /// <summary>A new BI login.</summary>
    public static async Task<Reader> LoginAsync(Log log, string tenant, params string[] campaigns)
    {
        var login = $"bi_{tenant}_{Guid.NewGuid():N}"[..24];
        await using var put = log.Database.CreateCommand("select projection.put_bi_login($1, $2, $3, null, 'test')");
        put.Parameters.Add(new() { Value = login });
        put.Parameters.Add(new() { Value = tenant });
        put.Parameters.Add(new() { Value = campaigns.Length == 0 ? DBNull.Value : campaigns, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text });
        await put.ExecuteNonQueryAsync();
        await log.ExecuteAsync($"alter role {login} login password '{login}'");
        return new Reader(NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(log.ConnectionString) { Username = login, Password = login, MaxPoolSize = 2 }.ConnectionString), null, null) { Login = login };
    }

    /// <summary>A service's session, with what it says of its user; nulls say nothing.</summary>
    public static Reader Service(Log log, string? tenant, string? campaigns) =>
        new(NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(log.ConnectionString) { MaxPoolSize = 2 }.ConnectionString), tenant, campaigns);

    public static NpgsqlConnectionStringBuilder ConnectionOf(Log log, string login) =>
        new(log.ConnectionString) { Username = login, Password = login, Pooling = false };

    public bool MayRead(string view) => Login.Length == 0 || view.StartsWith("bi.", StringComparison.Ordinal);

    public async Task<IReadOnlyList<string>> ColumnAsync(string sql, params object[] values)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        if (tenant is not null) await ExecuteAsync(connection, $"select set_config('app.tenant', '{tenant}', true)");
        if (campaigns is not null) await ExecuteAsync(connection, $"select set_config('app.campaigns', '{campaigns}', true)");
        await using var command = new NpgsqlCommand(sql, connection) { Transaction = transaction };
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync();
        var found = new List<string>();
        while (await reader.ReadAsync()) found.Add(reader.IsDBNull(0) ? "null" : reader.GetString(0));
        return found;
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
