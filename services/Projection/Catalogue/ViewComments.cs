using System.Text;
using Npgsql;
using QrPlatform.Bi;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Projection.Catalogue;

/// <summary>Writes what the catalogue says of views and columns into the comments of schema <c>bi</c>, where every SQL tool shows it.</summary>
public static class ViewComments
{
    private static readonly string Find = EmbeddedSql.Read(typeof(ViewComments), "FindComments.sql");

    /// <summary>Makes the comments what the catalogue says, and returns how many were not. Services that start at once take turns.</summary>
    public static async Task<int> ApplyAsync(NpgsqlDataSource database, CatalogueModel catalogue, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var turn = new NpgsqlCommand("select pg_advisory_xact_lock(hashtext('projection.comments'))", connection)) await turn.ExecuteNonQueryAsync(cancellationToken);
        var statements = new StringBuilder();
        var changes = 0;
        foreach (var (view, column, comment) in await ReadAsync(connection, cancellationToken))
        {
            if (catalogue.Views.FirstOrDefault(published => published.Name == view) is not { } published) continue;
            var meant = column.Length == 0 ? published.Definition : catalogue.Comment(published, column);
            if (meant is null || meant == comment) continue;
            statements.Append(column.Length == 0 ? $"comment on view bi.{Quoted(view)}" : $"comment on column bi.{Quoted(view)}.{Quoted(column)}")
                .Append(" is '").Append(meant.Replace("'", "''", StringComparison.Ordinal)).Append("';\n");
            changes++;
        }

        if (changes > 0)
        {
            await using var command = new NpgsqlCommand(statements.ToString(), connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return changes;
    }

    private static async Task<List<(string View, string Column, string? Comment)>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Find, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<(string, string, string?)>();
        while (await reader.ReadAsync(cancellationToken)) found.Add((reader.GetString(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2)));
        return found;
    }

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
