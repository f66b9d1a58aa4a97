using System.Text;
using Npgsql;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.ErasedPersons;

/// <summary>
/// Searches every table of a schema for what may not be there any more, as text. It asks the database which tables there are, so that
/// a new one is searched from its first day on; and it shares no code with what erases.
/// </summary>
public sealed class SchemaSearch(NpgsqlDataSource database)
{
    private static readonly string TablesSql = EmbeddedSql.Read<SchemaSearch>("ListTables.sql");

    // Shorter ids, and ids without a digit, are words: they are found in texts that have nothing to do with the person.
    private const int LeastLength = 8;

    /// <summary>Rows by <c>schema.table</c>, only those with hits.</summary>
    public async Task<Dictionary<string, long>> FindAsync(string schema, ErasedPerson person, CancellationToken cancellationToken)
    {
        var ids = Ids(person).ToArray();
        var sought = Forms(person).Except(ids, StringComparer.Ordinal).ToArray();
        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var table in await TablesAsync(schema, cancellationToken))
        {
            // An id inside of a longer word or number is another id. Each row is written out once ("offset 0"), which is what takes long; rows of
            // partitions are found in the partitions.
            await using var search = database.CreateCommand(
                $"""
                 select count(*) from (select t::text as line from only {table} as t offset 0) as written
                 where exists (select from unnest($1) as sought (form) where strpos(written.line, sought.form) > 0)
                    or exists (select from unnest($2, $3) as sought (id, whole) where strpos(written.line, sought.id) > 0 and written.line ~ sought.whole)
                 """);
            search.CommandTimeout = 600;
            search.Parameters.Add(new() { Value = sought });
            search.Parameters.Add(new() { Value = ids });
            search.Parameters.Add(new() { Value = Array.ConvertAll(ids, id => $"(?<![A-Za-z0-9]){Escaped(id)}(?![A-Za-z0-9])") });
            var rows = (long)(await search.ExecuteScalarAsync(cancellationToken))!;
            if (rows > 0) found.Add(table, rows);
        }

        return found;
    }

    /// <summary>What is searched for: ids as they are, as hexadecimal and as base64; pseudonym and subjects with and without hyphens.</summary>
    public static IEnumerable<string> Forms(ErasedPerson person)
    {
        foreach (var id in Ids(person))
        {
            yield return id;
            yield return Convert.ToHexStringLower(Encoding.UTF8.GetBytes(id));
            var bytes = Encoding.UTF8.GetBytes(id);
            for (var offset = 0; offset < 3; offset++) yield return Convert.ToBase64String(bytes, offset, (bytes.Length - offset) / 3 * 3);
        }

        foreach (var random in new[] { person.Pseudonym, person.SubjectId }.OfType<Guid>().Concat(person.SessionSubjects))
        {
            yield return random.ToString("D");
            yield return random.ToString("N");
        }
    }

    /// <summary>The ids that can be searched for as text.</summary>
    public static IEnumerable<string> Ids(ErasedPerson person) =>
        person.SessionIds.Prepend(person.VisitorId).Where(id => id.Length >= LeastLength && id.Any(char.IsAsciiDigit));

    // As in a PostgreSQL regular expression: a backslash before anything that is neither letter nor digit stands for it.
    private static string Escaped(string id) => string.Concat(id.Select(unit => char.IsAsciiLetterOrDigit(unit) || unit > 127 ? $"{unit}" : $"\\{unit}"));

    private async Task<List<string>> TablesAsync(string schema, CancellationToken cancellationToken)
    {
        var tables = new List<string>();
        await using var list = database.CreateCommand(TablesSql);
        list.Parameters.Add(new() { Value = schema });
        await using var reader = await list.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) tables.Add(reader.GetString(0));
        return tables;
    }
}
