using System.Reflection;
using System.Text.RegularExpressions;
using Npgsql;

namespace QrPlatform.ServiceDefaults.Database;

/// <summary>
/// Applies dated SQL files once each, in the order of their names, forward only. What was applied is noted in <c>{schema}.migrations</c>.
/// Services that start at once take turns by an advisory lock.
/// </summary>
public static partial class Migrator
{
    private const long TurnLock = 0x5152_4D49_4752;

    /// <summary>Applies what is missing and returns the names of the files applied now.</summary>
    /// <exception cref="InvalidOperationException">A file has no proper name.</exception>
    public static async Task<IReadOnlyList<string>> ApplyAsync(NpgsqlDataSource database, string schema, Assembly assembly, CancellationToken cancellationToken)
    {
        if (!SchemaName().IsMatch(schema)) throw new ArgumentException($"'{schema}' is not a schema name.", nameof(schema));

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, $"select pg_advisory_xact_lock({TurnLock})", cancellationToken);
        await ExecuteAsync(
            connection,
            $"""
             -- The event store may be making the same schema at this moment; "if not exists" does not wait for that.
             do $$ begin create schema if not exists {schema}; exception when unique_violation or duplicate_schema then null; end $$;
             create table if not exists {schema}.migrations (name text primary key, applied_at timestamptz not null default now());
             """,
            cancellationToken);

        var known = new HashSet<string>(StringComparer.Ordinal);
        await using (var names = new NpgsqlCommand($"select name from {schema}.migrations", connection))
        await using (var reader = await names.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken)) known.Add(reader.GetString(0));
        }

        var applied = new List<string>();
        foreach (var (name, resource) in Files(assembly))
        {
            if (known.Contains(name)) continue;
            using var text = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            await ExecuteAsync(connection, await text.ReadToEndAsync(cancellationToken), cancellationToken);
            await using var note = new NpgsqlCommand($"insert into {schema}.migrations (name) values ($1)", connection) { Parameters = { new() { Value = name } } };
            await note.ExecuteNonQueryAsync(cancellationToken);
            applied.Add(name);
        }

        await transaction.CommitAsync(cancellationToken);
        return applied;
    }

    /// <summary>The migrations that an assembly brings, ordered: file name and resource name.</summary>
    public static IReadOnlyList<(string Name, string Resource)> Files(Assembly assembly)
    {
        var files = new List<(string, string)>();
        foreach (var resource in assembly.GetManifestResourceNames().Where(resource => resource.Contains(".migrations.", StringComparison.Ordinal)))
        {
            var name = resource[(resource.IndexOf(".migrations.", StringComparison.Ordinal) + ".migrations.".Length)..];
            if (!FileName().IsMatch(name))
                throw new InvalidOperationException($"The migration '{name}' must be named YYYY-MM-DD_NN_verb_object.sql.");
            files.Add((name, resource));
        }

        files.Sort((a, b) => string.CompareOrdinal(a.Item1, b.Item1));
        return files;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}_\d{2}_[a-z0-9_]+\.sql$")]
    private static partial Regex FileName();

    [GeneratedRegex("^[a-z_]{1,40}$")]
    private static partial Regex SchemaName();
}
