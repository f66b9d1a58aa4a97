using System.Collections.Frozen;
using Npgsql;

namespace QrPlatform.Reporting.Access;

/// <summary>
/// The time zones that the database knows, by their IANA names. PostgreSQL itself would also take abbreviations and invented POSIX zones,
/// which mean something else than users think.
/// </summary>
internal sealed class TimeZoneNames(NpgsqlDataSource database)
{
    /// <summary>What is said of a name that is none.</summary>
    public static readonly FieldError Unknown = new("$.timeZone", "unknown_time_zone", "Must be an IANA name such as America/Los_Angeles.");

    private FrozenDictionary<string, string>? _names;

    /// <summary>The name as the database writes it, or null for an unknown zone. Case does not matter.</summary>
    public async ValueTask<string?> FindAsync(string zone, CancellationToken cancellationToken)
    {
        var names = _names ??= await ReadAsync(cancellationToken);
        return names.GetValueOrDefault(zone);
    }

    private async Task<FrozenDictionary<string, string>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select name from pg_timezone_names where name !~ '^(posix|right)/' and name not in ('localtime', 'posixrules')");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadAsync(cancellationToken)) names[reader.GetString(0)] = reader.GetString(0);
        return names.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
