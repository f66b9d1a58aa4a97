using System.Data;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using QrPlatform.Reporting.Query;
using QrPlatform.Reporting.Query.Sources;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Reporting.Access;

/// <summary>
/// A read-only transaction in which everything that is read is of one moment and of what the caller may see. The row policies of the
/// database, not the queries, keep tenants apart; the settings end with the transaction.
/// </summary>
internal sealed class ReaderSnapshot : IAsyncDisposable
{
    private const string Enter =
        "select set_config('app.tenant', $1, true), set_config('app.campaigns', $2, true), set_config('statement_timeout', $3, true), set_config('jit', 'off', true)";

    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(30);
    private static readonly string Position = EmbeddedSql.Read<ReaderSnapshot>("ReaderSnapshot.sql");

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private bool _isDisposed;

    private ReaderSnapshot(NpgsqlConnection connection, NpgsqlTransaction transaction, ReaderScope scope, SnapshotPosition at)
    {
        _connection = connection;
        _transaction = transaction;
        Scope = scope;
        At = at;
    }

    /// <summary>What may be seen.</summary>
    public ReaderScope Scope { get; }

    /// <summary>Where the snapshot stands.</summary>
    public SnapshotPosition At { get; }

    /// <param name="database">The database.</param>
    /// <param name="scope">What may be seen.</param>
    /// <param name="days">The local days that are asked for.</param>
    /// <param name="cancellationToken">Ends the transaction.</param>
    /// <param name="timeout">How long one statement may take; null means 30 seconds.</param>
    public static async Task<ReaderSnapshot> OpenAsync(
        NpgsqlDataSource database, ReaderScope scope, AskedDays days, CancellationToken cancellationToken, TimeSpan? timeout = null)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            return new ReaderSnapshot(connection, transaction, scope, await EnterAsync(connection, scope, days, timeout ?? Usual, cancellationToken));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>A command in this transaction.</summary>
    public NpgsqlCommand Command(string sql) => new(sql, _connection, _transaction) { CommandTimeout = 35 };

    /// <summary>What a <c>copy … to stdout (format binary)</c> writes.</summary>
    public async Task<Stream> CopyAsync(string sql, CancellationToken cancellationToken) => await _connection.BeginRawBinaryCopyAsync(sql, cancellationToken);

    /// <summary>
    /// Reads the whole tenant's rows, for what is kept on behalf of all its readers; none of it may be told to this one unasked. What fails ends the
    /// transaction, so nothing can be read with these eyes later.
    /// </summary>
    public async Task<T> AsTenantAsync<T>(Func<Task<T>> read, CancellationToken cancellationToken)
    {
        if (Scope.Campaigns is null) return await read();
        try
        {
            await SeeAsync(new ReaderScope(Scope.TenantId, null).CampaignSetting, cancellationToken);
            var result = await read();
            await SeeAsync(Scope.CampaignSetting, cancellationToken);
            return result;
        }
        catch
        {
            await _transaction.RollbackAsync(CancellationToken.None);
            throw;
        }
    }

    /// <summary>The same moment with other days.</summary>
    public async Task<SnapshotPosition> PositionAsync(AskedDays days, CancellationToken cancellationToken)
    {
        await using var command = Command(Position);
        AddDays(command.Parameters, days);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return Read(reader, days);
    }

    /// <summary>
    /// Gives the connection back; may be called again. Npgsql reuses its transaction objects, so disposing one twice would end that of
    /// whoever got the connection next.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task SeeAsync(string campaigns, CancellationToken cancellationToken)
    {
        await using var command = Command("select set_config('app.campaigns', $1, true)");
        command.Parameters.Add(new() { Value = campaigns });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<SnapshotPosition> EnterAsync(
        NpgsqlConnection connection, ReaderScope scope, AskedDays days, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var positions = new NpgsqlBatchCommand(Position);
        AddDays(positions.Parameters, days);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("set transaction read only"),
                new NpgsqlBatchCommand(Enter)
                {
                    Parameters =
                    {
                        new() { Value = scope.TenantId },
                        new() { Value = scope.CampaignSetting },
                        new() { Value = timeout.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture) },
                    },
                },
                positions,
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return Read(reader, days);
    }

    private static void AddDays(NpgsqlParameterCollection parameters, AskedDays days)
    {
        parameters.Add(new() { Value = (object?)days.Zone ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        parameters.Add(new() { Value = (object?)days.From ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Date });
        parameters.Add(new() { Value = (object?)days.To ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Date });
        parameters.Add(new() { Value = days.DaysBack, NpgsqlDbType = NpgsqlDbType.Integer });
        parameters.Add(new()
        {
            Value = days.Period switch { NamedPeriod.Mtd => "month", NamedPeriod.Qtd or NamedPeriod.Fqtd => "quarter", NamedPeriod.Ytd or NamedPeriod.Fytd => "year", _ => (object)DBNull.Value },
            NpgsqlDbType = NpgsqlDbType.Text,
        });
        parameters.Add(new() { Value = days.Period is NamedPeriod.Fqtd or NamedPeriod.Fytd, NpgsqlDbType = NpgsqlDbType.Boolean });
    }

    private static SnapshotPosition Read(NpgsqlDataReader reader, AskedDays days)
    {
        var at = new SnapshotPosition(
            reader.GetString(0),
            reader.IsDBNull(1) ? null : reader.GetString(1),
            reader.GetFieldValue<DateOnly>(2),
            reader.GetFieldValue<DateOnly>(3),
            reader.GetDateTime(4),
            reader.GetDateTime(5),
            reader.GetInt64(6),
            reader.GetDateTime(7),
            reader.GetString(8),
            reader.GetInt32(9));
        if (!days.OfPlacements) return at;
        var (from, to) = LocalTimes.Around(at.FirstDay, at.LastDay);
        return at with { OfPlacements = true, FromAt = from, ToAt = to };
    }
}

/// <summary>Inclusive local days; a null zone means the tenant's, null days mean the last <see cref="DaysBack"/> and today.</summary>
internal sealed record AskedDays(string? Zone, DateOnly? From, DateOnly? To)
{
    public int DaysBack { get; init; } = 30;

    /// <summary>The days are those of each placement.</summary>
    public bool OfPlacements { get; init; }

    /// <summary>From the first day of a period until today, instead of days; or null.</summary>
    public NamedPeriod? Period { get; init; }
}

/// <summary>What a snapshot knows of itself. Instants are UTC; <see cref="ToAt"/> is exclusive.</summary>
/// <param name="Zone">The time zone in force.</param>
/// <param name="Currency">The tenant's reporting currency, or null for a tenant without data.</param>
/// <param name="FirstDay">First local day.</param>
/// <param name="LastDay">Last local day, inclusive.</param>
/// <param name="FromAt">Start of the first day.</param>
/// <param name="ToAt">End of the last day.</param>
/// <param name="Projected">The event log's sequence up to which rows were made.</param>
/// <param name="AsOf">The moment up to which accepted events are in the numbers.</param>
/// <param name="TenantZone">The tenant's time zone.</param>
/// <param name="FiscalMonthsAhead">By how many months the tenant's fiscal calendar is ahead of the calendar; 0 where the fiscal year begins in January.</param>
internal sealed record SnapshotPosition(
    string Zone, string? Currency, DateOnly FirstDay, DateOnly LastDay, DateTime FromAt, DateTime ToAt, long Projected, DateTime AsOf, string TenantZone, int FiscalMonthsAhead)
{
    /// <summary>
    /// Each row's days are those of its placement; <see cref="Zone"/> is that of rows without one, and the instants are those between which the days lie in every zone.
    /// </summary>
    public bool OfPlacements { get; init; }

    /// <summary>What the time zone is called in answers.</summary>
    public string ZoneName => OfPlacements ? LocalTimes.OfPlacements : Zone;

    /// <summary>The instants are those at which the days begin and end.</summary>
    public bool IsWholeDays { get; init; } = true;

    /// <summary>The same between other instants.</summary>
    public SnapshotPosition Between(DateTime from, DateTime to) =>
        this with { FromAt = from, ToAt = to, IsWholeDays = IsWholeDays && from == FromAt && to == ToAt };
}
