using System.Collections.Frozen;
using Npgsql;

namespace QrPlatform.ServiceDefaults.Database;

/// <summary>
/// The time zones that the database knows, by their IANA names. PostgreSQL itself would also take abbreviations and invented POSIX zones,
/// which mean something else than users think.
/// </summary>
public sealed class TimeZoneNames(NpgsqlDataSource database)
{
    /// <summary>Code of an error about a name that is none.</summary>
    public const string UnknownCode = "unknown_time_zone";

    /// <summary>What is said of a name that is none.</summary>
    public const string UnknownMessage = "Must be an IANA name such as America/Los_Angeles.";

    // CET, EET, MET and WET are zones with daylight saving, and abbreviations without; "at time zone" takes the abbreviation.
    private const string Read =
        "select name from pg_timezone_names where name !~ '^(posix|right)/' and name not in ('localtime', 'posixrules', 'CET', 'EET', 'MET', 'WET')";

    private FrozenDictionary<string, string>? _names;

    /// <summary>The name as the database writes it, or null for an unknown zone. Case does not matter.</summary>
    public async ValueTask<string?> FindAsync(string zone, CancellationToken cancellationToken) => (await AllAsync(cancellationToken)).GetValueOrDefault(zone);

    /// <summary>All names as the database writes them, by themselves in any case.</summary>
    public async ValueTask<IReadOnlyDictionary<string, string>> AllAsync(CancellationToken cancellationToken) => _names ??= await ReadAsync(cancellationToken);

    private async Task<FrozenDictionary<string, string>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Read);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadAsync(cancellationToken)) names[reader.GetString(0)] = reader.GetString(0);
        return names.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
